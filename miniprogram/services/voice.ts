import { PROMPTS } from './prompts'
import { isSpoken } from './strings/index'

const AGAIN_MS = 6_000

/** Speaks the screen's prompts, ignoring the mute switch; the caption is always shown too. */
export class Voice {
  private context: WechatMiniprogram.InnerAudioContext | null = null
  private last = ''
  private lastAt = 0

  /** Speak a prompt by the key of its text; repetitions are rate-limited. */
  say(key: string, now: number = Date.now()): void {
    if (!isSpoken() || !PROMPTS.includes(key) || (key === this.last && now - this.lastAt < AGAIN_MS)) return
    this.last = key
    this.lastAt = now
    const context = this.opened()
    context.stop()
    context.src = `/voice/zh/${key}.mp3`
    context.play()
  }

  /** Repeat the last prompt. */
  again(): void {
    const { last } = this
    this.last = ''
    this.say(last)
  }

  close(): void {
    this.context?.destroy()
    this.context = null
  }

  private opened(): WechatMiniprogram.InnerAudioContext {
    if (!this.context) {
      wx.setInnerAudioOption({ obeyMuteSwitch: false, mixWithOther: true })
      this.context = wx.createInnerAudioContext()
      this.context.obeyMuteSwitch = false
    }
    return this.context
  }
}
