import type { FinishAnswer } from './contract'

// Data that one page passes to the next, in memory only.
let finished: FinishAnswer | null = null
let isNew = false

export function rememberResult(answer: FinishAnswer | null): void {
  finished = answer
  isNew = true
}

/** Return the result of this scene's last try if it was not shown before; later it may be outdated. */
export function newResult(scene: string): FinishAnswer | null {
  const found = isNew ? recallResult(scene) : null
  isNew = false
  return found
}

/** Return the result of this scene's last try, if it ended on this phone a moment ago. */
export function recallResult(scene: string): FinishAnswer | null {
  return finished && finished.scene === scene ? finished : null
}
