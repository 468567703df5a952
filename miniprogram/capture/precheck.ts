import { precheck } from '../services/api'
import { asProblem, isPassing } from '../services/problem'
import { inOval } from './shrink'
import type { Stage } from './take'

const EVERY_MS = 1_500
// On a weak or slow network fewer frames are checked; the try's own frames follow anyway.
const WEAK_EVERY_MS = 6_000
const LOOKS_A_STEP = 4
const SIDE = 320
const QUALITY = 0.6
// A phone that needs longer from one encoded frame to the next films fewer than 3.3 a second.
const SLOW_MS = 300
// The first frame also warms the camera and the canvas up, so the faster of these decides.
const TIMED = 2

/** Checks a frame from time to time before a try is drawn, and how fast the phone films; never blocks a try. */
export class Precheck {
  private listener: WechatMiniprogram.CameraFrameListener | null = null
  private timer = 0 as unknown as ReturnType<typeof setTimeout>
  private stopped = false
  private asking = false
  private looks = 0
  private notBefore = 0
  private seenAt: number | null = null
  private intervals: number[] = []

  constructor(
    private readonly scene: string,
    private readonly heard: (hint: string | null) => unknown,
  ) {}

  async start(made: Promise<Stage>): Promise<void> {
    const stage = await made
    if (this.stopped) return
    this.listener = stage.camera.onCameraFrame((frame) => {
      if (this.asking || this.stopped || stage.clock() < this.notBefore) return
      const from = stage.clock()
      // The gap to the frame before counts too: a camera may be slower than the encoder.
      const gap = this.seenAt === null ? null : from - this.seenAt
      this.seenAt = from
      if (gap === null) return
      // Only the oval's content is sent: a partial face in it must be reported.
      this.asking = stage.encoder.take(inOval(frame), SIDE, () => QUALITY, (jpeg) => {
        this.intervals.push(Math.max(gap, stage.clock() - from))
        void this.look(jpeg, stage)
      })
      if (this.asking) this.listener?.stop()
    })
    this.listen()
  }

  /** A camera without a frame may deliver one later; if not, the try itself reports it. */
  private listen(): void {
    this.listener?.start({ fail: () => this.again(EVERY_MS) })
  }

  /** Camera frames are requested only while a check is due: they cost a cheap phone half its CPU. */
  private again(wait: number): void {
    this.seenAt = null
    this.timer = setTimeout(() => this.listen(), wait)
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.listener?.stop()
    this.listener = null
  }

  private async look(jpeg: ArrayBuffer | null, stage: Stage): Promise<void> {
    const form = jpeg && [{ name: 'frame', file: '0.jpg', bytes: jpeg }]
    const answer = form && (await precheck(this.scene, form).catch((thrown) => this.failed(thrown)))
    this.looks += 1
    const wait = stage.weak ? WEAK_EVERY_MS : EVERY_MS * Math.ceil(this.looks / LOOKS_A_STEP)
    this.asking = false
    this.notBefore = stage.clock() + wait
    this.again(wait)
    if (answer && !this.stopped) this.heard(answer.hint ?? (this.isSlow() ? 'slow' : null))
  }

  private isSlow(): boolean {
    return this.intervals.length >= TIMED && Math.min(...this.intervals) > SLOW_MS
  }

  /** A failed check is ignored, because the try is judged by its own frames; after a refusal no more frames are sent. */
  private failed(thrown: unknown): null {
    if (!isPassing(asProblem(thrown))) this.stop()
    return null
  }
}
