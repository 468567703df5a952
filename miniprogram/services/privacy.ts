// For this long after a refusal WeChat refuses automatically, without its panel.
const QUIET_MS = 10_000
let refusedAt = -QUIET_MS

/** Request the privacy guide's consent through WeChat's panel; true when given. Soon after a refusal it waits until WeChat asks again. */
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

/** Tell whether the phone itself denies WeChat the camera. */
export function isBarred(): boolean {
  return wx.getAppAuthorizeSetting().cameraAuthorized === 'denied'
}

/** Tell whether the camera was refused to WeChat or to this mini-program, so that a retry cannot help. */
export function isCameraRefused(): Promise<boolean> {
  if (isBarred()) return Promise.resolve(true)
  return new Promise((resolve) => {
    wx.getSetting({
      success: ({ authSetting }) => resolve((authSetting as Record<string, boolean>)['scope.camera'] === false),
      fail: () => resolve(false),
    })
  })
}

/** Return what blocks the camera: the phone, the person's refusal, or another app. */
export function cameraTrouble(): Promise<'barred' | 'denied' | 'occupied'> {
  if (isBarred()) return Promise.resolve('barred')
  return new Promise((resolve) => {
    wx.getSetting({
      success: ({ authSetting }) => resolve((authSetting as Record<string, boolean>)['scope.camera'] ? 'occupied' : 'denied'),
      fail: () => resolve('denied'),
    })
  })
}

/** Open the relevant settings, WeChat's or the phone's; true when WeChat's then allow the camera. */
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
