const SLOW: readonly string[] = ['2g', '3g']

/** Watch for a weak network; `isWeak` says how it stands, `slowed` that a try has met with it, `stop` ends it. */
export function watchNetwork(): { isWeak: () => boolean; slowed: () => void; stop: () => void } {
  let weak = false
  let wasSlow = false
  const changed = (state: { weakNet: boolean; networkType: string }) => {
    weak = state.weakNet || SLOW.includes(state.networkType)
  }
  wx.getNetworkType({ success: (answer) => { weak = SLOW.includes(answer.networkType) } })
  wx.onNetworkWeakChange(changed)
  return { isWeak: () => weak || wasSlow, slowed: () => { wasSlow = true }, stop: () => wx.offNetworkWeakChange(changed) }
}
