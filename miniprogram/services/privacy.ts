/** Ask for the privacy guide's consent; WeChat shows its own panel, once. True when it was given. */
export function agreedToPrivacy(): Promise<boolean> {
  return new Promise((resolve) => {
    wx.requirePrivacyAuthorize({ success: () => resolve(true), fail: () => resolve(false) })
  })
}

/** Tell whether the phone itself keeps the camera from WeChat. */
export function isBarred(): boolean {
  return wx.getAppAuthorizeSetting().cameraAuthorized === 'denied'
}

/** Return what keeps the camera from this page: the phone, the person's refusal, or something else that uses it. */
export function cameraTrouble(): Promise<'barred' | 'denied' | 'occupied'> {
  if (isBarred()) return Promise.resolve('barred')
  return new Promise((resolve) => {
    wx.getSetting({
      success: ({ authSetting }) => resolve((authSetting as Record<string, boolean>)['scope.camera'] ? 'occupied' : 'denied'),
      fail: () => resolve('denied'),
    })
  })
}

/** Show the settings that help, WeChat's or the phone's; true when the camera is allowed after WeChat's. */
export function cameraAllowedInSettings(trouble: string): Promise<boolean> {
  if (trouble === 'barred') {
    wx.openAppAuthorizeSetting()
    return Promise.resolve(false)
  }
  return new Promise((resolve) => {
    wx.openSetting({
      success: (answer) => resolve((answer.authSetting as Record<string, boolean>)['scope.camera'] === true),
      fail: () => resolve(false),
    })
  })
}
