import { pageOnTop, REST } from './services/rest'

App({
  /** A new version is put in place only where nobody is in the middle of something. */
  onLaunch() {
    const updates = wx.getUpdateManager()
    updates.onUpdateReady(() => {
      if (REST.includes(pageOnTop())) updates.applyUpdate()
    })
  },

  /** A link of an older version leads to the beginning, not to an empty page. */
  onPageNotFound() {
    wx.redirectTo({ url: '/pages/verify/verify' })
  },

  /** What went wrong in the source, without anything of the person: WeChat's own log shows it to the developers. */
  onError(message: string) {
    wx.getRealtimeLogManager().error('app', message.slice(0, 500))
  },
})
