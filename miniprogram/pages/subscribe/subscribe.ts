import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import { go } from '../../services/navigation'
import { asProblem } from '../../services/problem'
import { explain, strings } from '../../services/strings/index'
import type { PanelAnswer } from '../../services/subscribe'
import { accepted, showPanel, tell } from '../../services/subscribe'

type Phase = 'intro' | 'identity' | 'done' | 'refused' | 'switch_off' | 'trouble'

/** Turning on reminders: what WeChat will ask, its own panel, and who the person is. */
Page({
  data: {
    ...shell('subscribe'),
    says: strings().id_input,
    phase: 'intro' as Phase,
    template: '',
    name: '',
    number: '',
    tillCode: '',
    busy: false,
    error: '',
  },
  isBound: false,
  answer: 'closed' as PanelAnswer,

  onReady() {
    title(this.data.t.title)
  },

  onLoad(query: Record<string, string | undefined>) {
    this.setData({ tillCode: /^\d{6}$/.test(query.scene ?? '') ? (query.scene as string) : '' })
    void this.open()
  },

  /** What WeChat will ask is shown at once; the button waits for the template it needs. */
  async open() {
    this.setData({ phase: 'intro', error: '' })
    try {
      const [template, mine] = await Promise.all([api.template(), api.bindings()])
      this.isBound = mine.bindings.length > 0
      this.setData({ template: template.template_id })
    } catch (thrown) {
      this.setData({ phase: 'trouble', error: explain(asProblem(thrown).code) })
    }
  },

  onOpen() {
    const shown = showPanel(this.data.template)
    void shown.then((answer) => this.answered(answer))
  },

  answered(answer: PanelAnswer) {
    this.answer = answer
    void tell(this.data.template, answer)
    if (accepted(answer)) this.setData({ phase: this.isBound ? 'done' : 'identity', error: '' })
    else if (answer === 'switch_off') this.setData({ phase: 'switch_off' })
    else if (answer === 'closed') this.setData({ phase: 'intro', error: this.data.t.failed })
    else this.setData({ phase: 'refused' })
  },

  onName(event: WechatMiniprogram.Input) {
    this.setData({ name: event.detail.value, error: '' })
  },

  onNumber(event: WechatMiniprogram.CustomEvent<{ number: string }>) {
    this.setData({ number: event.detail.number, error: '' })
  },

  onTillCode(event: WechatMiniprogram.Input) {
    this.setData({ tillCode: event.detail.value.trim(), error: '' })
  },

  async onBind() {
    const { name, number, tillCode, busy } = this.data
    if (busy) return
    this.setData({ busy: true, error: '' })
    try {
      await api.bind({ name: name.trim(), id_number: number, ...(tillCode && { till_code: tillCode }) })
      this.isBound = true
      // What was tapped before the binding existed is told again, now that there is a row to note it on.
      void tell(this.data.template, this.answer)
      this.setData({ phase: 'done', name: '', number: '', tillCode: '', busy: false })
    } catch (thrown) {
      this.setData({ busy: false, error: explain(asProblem(thrown).code) })
    }
  },

  onSettings() {
    wx.openSetting({ withSubscriptions: true, complete: () => this.setData({ phase: 'intro', error: '' }) })
  },

  onAgain() {
    void this.open()
  },

  onLater() {
    go('verify')
  },

  onMine() {
    go('mine')
  },
})
