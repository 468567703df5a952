const SLOW: readonly string[] = ['2g', '3g']

/** Watch for a weak network; `isWeak` says how it stands, `stop` ends it. */
export function watchNetwork(): { isWeak: () => boolean; stop: () => void } {
  let weak = false
  const changed = (state: { weakNet: boolean; networkType: string }) => {
    weak = state.weakNet || SLOW.includes(state.networkType)
  }
  wx.getNetworkType({ success: (answer) => { weak = SLOW.includes(answer.networkType) } })
  wx.onNetworkWeakChange(changed)
  return { isWeak: () => weak, stop: () => wx.offNetworkWeakChange(changed) }
}
