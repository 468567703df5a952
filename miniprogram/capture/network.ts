const SLOW: readonly string[] = ['2g', '3g']

/** Watch for a weak network; `isWeak` is the current state, `slowed` whether a try was affected, `stop` ends it. */
export function watchNetwork(): { isWeak: () => boolean; slowed: () => void; stop: () => void } {
  let slow = false
  let weak = false
  let wasSlow = false
  const changed = ({ networkType }: { networkType: string }) => { slow = SLOW.includes(networkType) }
  const weakened = ({ weakNet }: { weakNet: boolean }) => { weak = weakNet }
  // Its answer may arrive after a change event.
  wx.getNetworkType({ success: ({ networkType }) => { slow ||= SLOW.includes(networkType) } })
  wx.onNetworkStatusChange(changed)
  wx.onNetworkWeakChange(weakened)
  const stop = () => {
    wx.offNetworkStatusChange(changed as () => void)
    wx.offNetworkWeakChange(weakened)
  }
  return { isWeak: () => slow || weak || wasSlow, slowed: () => { wasSlow = true }, stop }
}
