// What was set stays set on Android, whatever the person does later; this gives it back to the phone.
const ANDROID_FOLLOWS_THE_PHONE = -1

/** Make the screen bright and keep it on while filming; return what puts it back. */
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
