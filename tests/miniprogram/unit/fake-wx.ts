/** Just enough of wx for the modules under test; each test sets what it needs. */
export const wx: Record<string, unknown> = {
  getAppBaseInfo: () => ({ language: 'zh_CN', fontSizeScaleFactor: 1 }),
  getAccountInfoSync: () => ({ miniProgram: { envVersion: 'develop' } }),
}

Object.assign(globalThis, { wx })

export function clockAt(start = 0): { now: () => number; tick: (ms: number) => void } {
  let at = start
  return { now: () => at, tick: (ms) => { at += ms } }
}

/** Let everything that only waits for promises run. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
