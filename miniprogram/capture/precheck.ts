import { precheck } from '../services/api'
import type { Stage } from './take'

const EVERY_MS = 1_500
const SIDE = 320
const QUALITY = 0.6

/** Looks at one frame now and then, before a try is drawn; never stands in the way. */
export class Precheck {
  private listener: WechatMiniprogram.CameraFrameListener | null = null
  private notBefore = 0
  private asking = false

  constructor(
    private readonly scene: string,
    private readonly stage: Stage,
    private readonly heard: (hint: string | null) => void,
  ) {}

  start(): void {
    this.listener = this.stage.camera.onCameraFrame((frame) => {
      if (this.asking || !this.listener || this.stage.clock() < this.notBefore) return
      this.asking = this.stage.encoder.take(frame, SIDE, () => QUALITY, (jpeg) => void this.ask(jpeg))
    })
    this.listener.start()
  }

  stop(): void {
    this.listener?.stop()
    this.listener = null
  }

  private async ask(jpeg: ArrayBuffer): Promise<void> {
    // A look that fails says nothing: the try itself is judged by its own frames.
    const form = [{ name: 'frame', file: '0.jpg', bytes: jpeg }]
    const answer = await precheck(this.scene, form).catch(() => null)
    this.asking = false
    this.notBefore = this.stage.clock() + EVERY_MS
    if (this.listener && answer) this.heard(answer.hint)
  }
}
