import type { ProgressAnswer } from '../services/contract'
import { asProblem, isPassing } from '../services/problem'
import type { Problem } from '../services/problem'
import type { Shot } from './batch'
import { nextBatch, without } from './batch'

const EVERY_MS = 900
const SLOW_MS = 3_000
const BACK_OFF_MS = [300, 700, 1_500, 3_000]

type Send = (shots: readonly Shot[]) => Promise<ProgressAnswer>

/** Sends shots about once a second, one request at a time, and resends only what is missing. */
export class Uploader {
  private waiting: Shot[] = []
  private flying = false
  private notBefore = 0
  private failures = 0
  private lastSent = 0
  private ending = false
  /** A refusal that a retry cannot change. */
  fatal: Problem | null = null

  constructor(
    private readonly send: Send,
    private readonly heard: (answer: ProgressAnswer) => void,
    private readonly clock: () => number,
  ) {
    this.lastSent = clock()
  }

  add(shot: Shot): void {
    this.waiting.push(shot)
  }

  /** No more frames follow: send the rest without waiting for a full second. */
  end(): void {
    this.ending = true
    this.pump()
  }

  get isDone(): boolean {
    return this.ending && !this.flying && this.waiting.length === 0
  }

  get isCut(): boolean {
    return this.failures > 1
  }

  get isSlow(): boolean {
    return this.failures > 0 || (this.flying && this.clock() - this.lastSent > SLOW_MS)
  }

  /** Send a batch if one is due; called by the capture's own tick. */
  pump(): void {
    const now = this.clock()
    const full = this.ending || now - this.lastSent >= EVERY_MS
    if (this.flying || this.fatal || this.waiting.length === 0 || !full || now < this.notBefore) return
    this.lastSent = now
    void this.fly(nextBatch(this.waiting))
  }

  private async fly(batch: Shot[]): Promise<void> {
    this.flying = true
    try {
      const answer = await this.send(batch)
      this.waiting = without(this.waiting, batch)
      this.failures = 0
      this.heard(answer)
    } catch (thrown) {
      this.failed(asProblem(thrown))
    } finally {
      this.flying = false
      if (this.ending) this.pump()
    }
  }

  private failed(trouble: Problem): void {
    if (!isPassing(trouble)) {
      this.fatal = trouble
      return
    }
    const wait = BACK_OFF_MS[Math.min(this.failures, BACK_OFF_MS.length - 1)] as number
    this.failures += 1
    this.notBefore = this.clock() + Math.max(wait, trouble.retryAfterMs)
  }
}
