import { precheck } from '../services/api'
import { asProblem, isPassing } from '../services/problem'
import { inOval } from './shrink'
import type { Stage } from './take'

const EVERY_MS = 1_500
// On a weak network, and the longer it takes, the more is left to the frames of the try itself.
const WEAK_EVERY_MS = 6_000
const LOOKS_A_STEP = 4
const SIDE = 320
const QUALITY = 0.6

/** Looks at one frame now and then, before a try is drawn; never stands in the way. */
export class Precheck {
  private listener: WechatMiniprogram.CameraFrameListener | null = null
  private timer = 0 as unknown as ReturnType<typeof setTimeout>
  private stopped = false
  private asking = false
  private looks = 0
  private notBefore = 0

  constructor(
    private readonly scene: string,
    private readonly heard: (hint: string | null) => unknown,
  ) {}

  async start(made: Promise<Stage>): Promise<void> {
    const stage = await made
    if (this.stopped) return
    this.listener = stage.camera.onCameraFrame((frame) => {
      if (this.asking || this.stopped || stage.clock() < this.notBefore) return
      // What the oval cuts off is not seen: half a face in it is not a good place.
      this.asking = stage.encoder.take(inOval(frame), SIDE, () => QUALITY, (jpeg) => void this.look(jpeg, stage))
      if (this.asking) this.listener?.stop()
    })
    this.listen()
  }

  /** A camera that gives no frame now may do so later; the try itself tells when it does not. */
  private listen(): void {
    this.listener?.start({ fail: () => this.again(EVERY_MS) })
  }

  /** The camera's frames are asked for only while a look is due: they cost a cheap phone half its strength. */
  private again(wait: number): void {
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
    if (answer && !this.stopped) this.heard(answer.hint)
  }

  /** A look that fails says nothing, the try is judged by its own frames; but once refused, no face is sent again. */
  private failed(thrown: unknown): null {
    if (!isPassing(asProblem(thrown))) this.stop()
    return null
  }
}
