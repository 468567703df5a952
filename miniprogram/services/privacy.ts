/** Ask for the privacy guide's consent; WeChat shows its own panel, once. True when it was given. */
export function agreedToPrivacy(): Promise<boolean> {
  return new Promise((resolve) => {
    wx.requirePrivacyAuthorize({ success: () => resolve(true), fail: () => resolve(false) })
  })
}

/** Show WeChat's settings page; true when the camera is allowed after it. */
export function cameraAllowedInSettings(): Promise<boolean> {
  return new Promise((resolve) => {
    wx.openSetting({
      success: (answer) => resolve((answer.authSetting as Record<string, boolean>)['scope.camera'] === true),
      fail: () => resolve(false),
    })
  })
}
