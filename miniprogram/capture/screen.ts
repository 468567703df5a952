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
    if (before !== null) wx.setScreenBrightness({ value: before })
    wx.setKeepScreenOn({ keepScreenOn: false })
  }
}
