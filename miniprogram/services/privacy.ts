// So long after a refusal WeChat refuses by itself, without its panel.
const QUIET_MS = 10_000
let refusedAt = -QUIET_MS

/** Ask for the privacy guide's consent; WeChat shows its own panel. True when it was given. Soon after a refusal it waits until WeChat will ask. */
export async function agreedToPrivacy(): Promise<boolean> {
  const left = refusedAt + QUIET_MS - Date.now()
  if (left > 0) await new Promise((wait) => setTimeout(wait, left))
  return new Promise((resolve) => {
    const refused = () => {
      refusedAt = Date.now()
      resolve(false)
    }
    wx.requirePrivacyAuthorize({ success: () => resolve(true), fail: refused })
  })
}

/** Tell whether the phone itself keeps the camera from WeChat. */
export function isBarred(): boolean {
  return wx.getAppAuthorizeSetting().cameraAuthorized === 'denied'
}

/** Tell whether the camera was refused, to WeChat or to this mini-program: then another try would end the same way. */
export function isCameraRefused(): Promise<boolean> {
  if (isBarred()) return Promise.resolve(true)
  return new Promise((resolve) => {
    wx.getSetting({
      success: ({ authSetting }) => resolve((authSetting as Record<string, boolean>)['scope.camera'] === false),
      fail: () => resolve(false),
    })
  })
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
