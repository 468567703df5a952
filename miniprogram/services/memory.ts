import type { FinishAnswer } from './contract'

// What one page hands to the next, in memory alone.
let finished: FinishAnswer | null = null

export function rememberResult(answer: FinishAnswer | null): void {
  finished = answer
}

/** Return the result of this scene's last try, if it ended on this phone a moment ago. */
export function recallResult(scene: string): FinishAnswer | null {
  return finished && finished.scene === scene ? finished : null
}
