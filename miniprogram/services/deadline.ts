import type { Scene } from './api'
import { fill, strings } from './strings/index'

// Showing it earlier would only rush people.
const SHOWN_BELOW_S = 30
const TICK_MS = 1_000

/** Counts a scene's time down by the server's clock: shows the last seconds, and reports the end once. */
export class Deadline {
  private timer: ReturnType<typeof setInterval> | null = null

  constructor(
    private readonly show: (left: string) => void,
    private readonly over: () => void,
  ) {}

  begin(scene: Pick<Scene, 'server_time' | 'expires_at'>): void {
    this.stop()
    const end = Date.parse(scene.expires_at) + Date.now() - Date.parse(scene.server_time)
    let shown = ''
    const tick = () => {
      const seconds = Math.ceil((end - Date.now()) / 1000)
      const left = seconds > 0 && seconds <= SHOWN_BELOW_S ? fill(strings().common.left, { seconds }) : ''
      if (left !== shown) this.show(left)
      shown = left
      if (seconds > 0) return
      this.stop()
      this.over()
    }
    this.timer = setInterval(tick, TICK_MS)
    tick()
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }
}
