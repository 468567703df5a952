import { grouped, judge } from '../../services/idnumber'
import type { IdType } from '../../services/contract'

/** A document number that is judged while it is typed. */
Component({
  properties: {
    label: { type: String, value: '' },
    idType: { type: String, value: 'resident' },
    says: { type: Object, value: {} as Record<string, string> },
  },
  data: { text: '', echo: '', state: 'empty' },
  observers: {
    idType() {
      // After the update that brought the new kind: an event out of the middle of it would nest updates.
      if (this.data.text) setTimeout(() => this.judgeAgain(), 0)
    },
  },
  methods: {
    onInput(event: WechatMiniprogram.Input) {
      this.setData({ text: event.detail.value, echo: grouped(event.detail.value) })
      this.judgeAgain()
    },
    judgeAgain() {
      const typed = judge(this.data.idType as IdType, this.data.text, new Date())
      this.setData({ state: typed.state })
      this.triggerEvent('number', { number: typed.state === 'right' ? typed.number : '' })
    },
  },
})
