// On Android a set brightness persists; this value returns control to the phone.
const ANDROID_FOLLOWS_THE_PHONE = -1

/** Make the screen bright and keep it on while filming; return a function that restores it. */
export function lightUp(): () => void {
  let before: number | null = null
  let over = false
  wx.getScreenBrightness({
    success: (answer) => {
      if (over) return
      before = answer.value
      wx.setScreenBrightness({ value: 1 })
    },
  })
  wx.setKeepScreenOn({ keepScreenOn: true })
  return () => {
    if (over) return
    over = true
    if (before !== null) wx.setScreenBrightness({ value: isAndroid() ? ANDROID_FOLLOWS_THE_PHONE : before })
    wx.setKeepScreenOn({ keepScreenOn: false })
  }
}

function isAndroid(): boolean {
  return wx.getDeviceInfo().platform.toLowerCase() === 'android'
}
