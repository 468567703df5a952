import * as api from '../services/api'
import type { ChallengeAnswer, FinishAnswer, ProgressAnswer } from '../services/contract'
import { asProblem, isPassing, problem } from '../services/problem'
import type { Problem } from '../services/problem'
import { framesForm } from './batch'
import { ScreenColour } from './colours'
import type { Encoder } from './encoder'
import { Film } from './film'
import type { Guidance } from './guidance'
import { guide, isComplete } from './guidance'
import { plan } from './schedule'
import { lightUp } from './screen'
import { Uploader } from './uploader'

/** What a take needs from the phone. */
export interface Stage {
  camera: WechatMiniprogram.CameraContext
  encoder: Encoder
  mirrored: boolean
  weak: boolean
  device: string
  clock: () => number
}

/** What a take reports to the page. */
export interface Audience {
  guidance: (guidance: Guidance) => void
  colour: (rgb: string) => void
  network: (trouble: '' | 'weak' | 'cut') => void
  deciding: () => void
}

const TICK_MS = 200
const FINISH_TRIES = 4
const SILENT_MS = 5_000
const GIVE_UP_MS = 12_000

/** One try with our own camera: film, send, and have it decided. */
export class Take {
  private readonly film: Film
  private readonly uploader: Uploader
  private readonly screen: ScreenColour
  private progress: ProgressAnswer
  private listener: WechatMiniprogram.CameraFrameListener | null = null
  private endings: (() => void)[] = []
  private cancelled = false
  private deaf = false
  private waitingSince = 0
  private swapped = false

  constructor(
    public challenge: ChallengeAnswer,
    private readonly stage: Stage,
    private readonly audience: Audience,
  ) {
    this.progress = { hint: null, colour: null, progress: challenge.actions.map((action) => ({ action, done: false })) }
    this.screen = new ScreenColour(audience.colour)
    this.uploader = new Uploader(
      (shots) => api.sendFrames(this.challenge.challenge_id, framesForm(shots)),
      (answer) => {
        this.progress = answer
        this.screen.turn(answer.colour)
        // A slow network is tolerated: only one that transfers nothing is given up.
        this.waitingSince = stage.clock()
      },
      stage.clock,
    )
    this.film = new Film(stage.encoder, plan(challenge.frame, stage.weak), stage.mirrored, stage.clock, {
      first: () => this.screen.turn(challenge.colours[0]),
      shot: (shot) => this.uploader.add(shot),
    })
  }

  /** Film until everything requested is seen; return the try's result. Throws a Problem. */
  async run(): Promise<FinishAnswer> {
    this.endings.push(lightUp())
    this.listener = this.stage.camera.onCameraFrame(this.film.frame)
    this.listener.start({ fail: () => { this.deaf = true } })
    try {
      await this.until(() => this.isFilmed(), () => this.isSilent())
    } finally {
      this.stopFilming()
    }
    return this.conclude()
  }

  /** Send the missing frames and request the decision; may be repeated when the network is back. */
  async conclude(): Promise<FinishAnswer> {
    this.audience.deciding()
    this.uploader.end()
    await this.until(() => this.uploader.isDone, () => this.hasWaited(GIVE_UP_MS) && problem('offline'))
    return this.decided()
  }

  /** Ask for another class of action in place of the next one. */
  async swap(): Promise<void> {
    if (this.swapped) throw problem('already_swapped')
    this.swapped = true
    const swapped = await api.swapAction(this.challenge.challenge_id).catch((thrown) => {
      this.swapped = false
      throw thrown
    })
    const done = new Set(this.progress.progress.filter((one) => one.done).map((one) => one.action))
    this.challenge = swapped
    const progress = swapped.actions.map((action) => ({ action, done: done.has(action) }))
    this.progress = { ...this.progress, hint: null, progress }
  }

  /** Stop, because the page is closing. */
  cancel(): void {
    this.cancelled = true
    this.stopFilming()
  }

  private isFilmed(): boolean {
    const filmed = { ...this.progress, tMs: this.film.tMs }
    this.audience.guidance(guide(filmed))
    return isComplete(filmed, this.film.hasEvidence && !this.screen.isOn) || this.film.isSpent
  }

  private stopFilming(): void {
    this.film.stop()
    this.listener?.stop()
    this.listener = null
    this.endings.splice(0).forEach((end) => end())
    this.screen.end()
  }

  /** Wait for a condition, sending frames meanwhile; reject with what `givesUp` or the server says. */
  private until(condition: () => boolean, givesUp: () => Problem | false): Promise<void> {
    this.waitingSince = this.stage.clock()
    return new Promise((resolve, reject) => {
      const timer = setInterval(() => {
        this.uploader.pump()
        const trouble = this.trouble() || givesUp()
        const over = trouble || condition()
        this.audience.network(this.uploader.isCut ? 'cut' : this.uploader.isSlow ? 'weak' : '')
        if (!over) return
        clearInterval(timer)
        if (trouble) reject(trouble)
        else resolve()
      }, TICK_MS)
    })
  }

  private hasWaited(ms: number): boolean {
    return this.stage.clock() - this.waitingSince > ms
  }

  private isSilent(): Problem | false {
    const silent = this.deaf || (this.film.tMs === 0 && this.hasWaited(SILENT_MS))
    if (this.stage.encoder.isBroken) return problem('encoding_failed')
    return silent && problem('camera_silent')
  }

  private trouble(): Problem | null {
    return this.cancelled ? problem('left') : this.uploader.fatal
  }

  /** Ask for the decision; the answer is stored, so asking again is safe. */
  private async decided(): Promise<FinishAnswer> {
    for (let tries = 1; ; tries++) {
      try {
        return await api.finish(this.challenge.challenge_id)
      } catch (thrown) {
        const trouble = asProblem(thrown)
        if (tries === FINISH_TRIES || !isPassing(trouble) || this.cancelled) throw trouble
        await new Promise((wait) => setTimeout(wait, Math.max(500 * tries, trouble.retryAfterMs)))
      }
    }
  }
}
