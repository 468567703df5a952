import { grouped, judge } from '../../services/idnumber'
import { ID_TYPES } from '../../services/persons'
import { strings } from '../../services/strings/index'

/** Document type and number, validated while typing. */
Component({
  properties: { label: { type: String, value: '' } },
  data: { says: strings().id_input, kinds: ID_TYPES.map((kind) => strings().id_types[kind]), kind: 0, text: '', echo: '', state: 'empty' },
  methods: {
    onKind(event: WechatMiniprogram.PickerChange) {
      this.setData({ kind: Number(event.detail.value) })
      this.judge()
    },
    onInput(event: WechatMiniprogram.Input) {
      this.setData({ text: event.detail.value, echo: grouped(event.detail.value) })
      this.judge()
    },
    judge() {
      const idType = ID_TYPES[this.data.kind] ?? 'resident'
      const typed = judge(idType, this.data.text, new Date())
      this.setData({ state: typed.state })
      this.triggerEvent('number', { number: typed.state === 'right' ? typed.number : '', idType })
    },
  },
})
