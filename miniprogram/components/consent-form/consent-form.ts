import { paragraphs } from '../../services/notice'
import { strings } from '../../services/strings/index'

/** The notice, each of its points a line of its own, and the answer to it: 点击同意，再点下一步, with the four digits where the policy wants them. */
Component({
  properties: {
    t: { type: Object, value: {} as Record<string, string> },
    notice: { type: String, value: '' },
    own: { type: Boolean, value: false },
    coded: { type: Boolean, value: false },
    busy: { type: Boolean, value: false },
    error: { type: String, value: '' },
  },
  data: { lines: [] as { head: string; body: string }[], agreed: false, presence: '', sure: false, otherWays: strings().common.other_ways, slow: strings().common.slow },
  observers: {
    notice(text: string) {
      this.setData({ lines: paragraphs(text) })
    },
    error(text: string) {
      // Digits that were refused are typed anew.
      if (text) this.setData({ presence: '' })
    },
  },
  methods: {
    onAgree() {
      this.setData({ agreed: !this.data.agreed, error: '' })
    },
    onPresence(event: WechatMiniprogram.Input) {
      this.setData({ presence: event.detail.value, error: '' })
    },
    onNext() {
      this.triggerEvent('agree', { presence: this.data.presence })
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
