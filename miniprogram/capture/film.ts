import type { Shot } from './batch'
import type { Encoder } from './encoder'
import type { Filming, Plan } from './schedule'
import { begin, due, hasEvidence, isSpent, taken } from './schedule'

type Frame = { width: number; height: number; data: ArrayBuffer }
type Clock = () => number

/** Picks the frames that are due out of the camera's stream and has them encoded. */
export class Film {
  private filming: Filming
  private begunAt: number | null = null
  private stopped = false

  constructor(
    private readonly encoder: Encoder,
    private readonly plan: Plan,
    private readonly mirrored: boolean,
    private readonly clock: Clock,
    private readonly on: { first: () => void; shot: (shot: Shot) => void },
  ) {
    this.filming = begin(plan)
  }

  /** The camera's callback: nothing here may be slow or touch the page. */
  readonly frame = (frame: Frame): void => {
    if (this.stopped) return
    const tMs = this.time()
    const kind = due(this.filming, this.plan, tMs)
    if (!kind) return
    const side = kind === 'evidence' ? this.plan.evidenceSide : this.plan.motionSide
    const quality = () => (kind === 'evidence' ? this.plan.evidenceQuality : this.filming.quality)
    this.encoder.take(frame, side, quality, (bytes) => {
      if (this.stopped || !bytes) return
      this.on.shot({ seq: this.filming.seq, tMs, kind, mirrored: this.mirrored, bytes })
      this.filming = taken(this.filming, this.plan, kind, tMs, bytes.byteLength)
    })
  }

  /** Milliseconds since the first frame; the first one starts the count. */
  private time(): number {
    if (this.begunAt === null) {
      this.begunAt = this.clock()
      setTimeout(() => this.stopped || this.on.first(), 0)
    }
    return Math.round(this.clock() - this.begunAt)
  }

  get tMs(): number {
    return this.begunAt === null ? 0 : this.clock() - this.begunAt
  }

  get hasEvidence(): boolean {
    return hasEvidence(this.filming, this.plan)
  }

  get isSpent(): boolean {
    return isSpent(this.filming, this.plan)
  }

  stop(): void {
    this.stopped = true
  }
}
