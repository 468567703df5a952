import { asProblem } from '../services/problem'
import { explain, strings } from '../services/strings/index'
import type { Take } from './take'

const DEAF_MS = 1_000

/** 这个动作我做不了. Ignores a second quick tap, which would swap again or hit the button that replaces this one. */
export class Swap {
  private asking = false
  private answeredAt = 0

  get isDeaf(): boolean {
    return this.asking || Date.now() - this.answeredAt < DEAF_MS
  }

  async ask(take: Take | null, tell: (changes: { note: string; cannot?: boolean }) => void): Promise<void> {
    if (!take || this.isDeaf) return
    this.asking = true
    try {
      await take.swap()
      this.answeredAt = Date.now()
      tell({ note: strings().capture.swapped })
    } catch (thrown) {
      const { code } = asProblem(thrown)
      const cannot = code === 'already_swapped'
      if (cannot) this.answeredAt = Date.now()
      tell({ note: explain(code), cannot })
    }
    this.asking = false
  }
}
