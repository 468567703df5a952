import { paragraphs } from '../../services/notice'
import { strings } from '../../services/strings/index'

/** The notice, one line per point, and its answer: 点击同意，再点下一步, with the four digits where the policy requires them. */
Component({
  properties: {
    t: { type: Object, value: {} as Record<string, string> },
    notice: { type: String, value: '' },
    asked: { type: Array, value: [] as string[] },
    own: { type: Boolean, value: false },
    coded: { type: Boolean, value: false },
    busy: { type: Boolean, value: false },
    error: { type: String, value: '' },
  },
  data: { lines: [] as { head: string; body: string }[], parts: [] as { name: string; on: boolean }[], agreed: false, presence: '', sure: false, otherWays: strings().common.other_ways, slow: strings().common.slow },
  observers: {
    notice(text: string) {
      this.setData({ lines: paragraphs(text) })
    },
    asked(names: string[]) {
      this.answer(names.map((name) => ({ name, on: false })))
    },
    error(text: string) {
      // Refused digits are cleared for retyping.
      if (text) this.setData({ presence: '' })
    },
  },
  methods: {
    /** All of it at once; each part can be answered by itself, too. */
    onAgree() {
      const on = !this.data.agreed
      this.answer(this.data.parts.map(({ name }) => ({ name, on })), on)
    },
    onPart(event: WechatMiniprogram.TouchEvent) {
      const tapped = event.currentTarget.dataset['name'] as string
      this.answer(this.data.parts.map(({ name, on }) => ({ name, on: name === tapped ? !on : on })))
    },
    answer(parts: { name: string; on: boolean }[], whole = false) {
      this.setData({ parts, agreed: parts.length ? parts.every(({ on }) => on) : whole, error: '' })
    },
    onPresence(event: WechatMiniprogram.Input) {
      this.setData({ presence: event.detail.value, error: '' })
    },
    onNext() {
      const parts = Object.fromEntries(this.data.parts.map(({ name, on }) => [name, on]))
      this.triggerEvent('agree', { presence: this.data.presence, parts })
    },
    onDisagree() {
      this.setData({ sure: true })
    },
    onBack() {
      this.setData({ sure: false })
    },
    onDecline() {
      this.triggerEvent('decline')
    },
  },
})
