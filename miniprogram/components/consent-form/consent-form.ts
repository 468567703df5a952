import { paragraphs, type Point } from '../../services/notice'
import { strings } from '../../services/strings/index'

/** The notice, each part with its own answer beneath its point, and the four digits where required. */
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
  data: { lines: [] as Point[], parts: {} as Record<string, boolean>, given: 0, presence: '', sure: false, otherWays: strings().common.other_ways, slow: strings().common.slow },
  observers: {
    'notice, asked': function (text: string, names: string[]) {
      const lines = paragraphs(text, names)
      // Shown again with every answer of the server: what was ticked stays.
      if (JSON.stringify(lines) === JSON.stringify(this.data.lines)) return
      this.setData({ lines, given: 0, parts: Object.fromEntries(names.map((name) => [name, false])) })
    },
    error(text: string) {
      // Refused digits are cleared for retyping.
      if (text) this.setData({ presence: '' })
    },
  },
  methods: {
    onPart(event: WechatMiniprogram.TouchEvent) {
      const name = event.currentTarget.dataset['name'] as string
      const parts = { ...this.data.parts, [name]: !this.data.parts[name] }
      this.setData({ parts, given: Object.values(parts).filter((on) => on).length, error: '' })
    },
    onPresence(event: WechatMiniprogram.Input) {
      this.setData({ presence: event.detail.value, error: '' })
    },
    onNext() {
      const next = (this.data.asked as string[]).find((name) => !this.data.parts[name])
      if (next) return void wx.pageScrollTo({ selector: `#consent >>> #agree-${next}`, offsetTop: -200 })
      this.triggerEvent('agree', { presence: this.data.presence, parts: this.data.parts })
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
