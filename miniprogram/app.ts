import { pageOnTop, REST } from './services/rest'

App({
  /** A new version is installed only on pages that are not part of a running purchase. */
  onLaunch() {
    const updates = wx.getUpdateManager()
    updates.onUpdateReady(() => {
      if (REST.includes(pageOnTop())) updates.applyUpdate()
    })
  },

  /** A link of an older version opens the first page instead of an empty one. */
  onPageNotFound() {
    wx.redirectTo({ url: '/pages/verify/verify' })
  },

  /** Programming errors, without personal data, for the developers in WeChat's log. */
  onError(message: string) {
    wx.getRealtimeLogManager().error('app', message.slice(0, 500))
  },
})
