import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import type { IdType } from '../../services/contract'
import { back, go } from '../../services/navigation'
import { asProblem } from '../../services/problem'
import { explain } from '../../services/strings/index'
import type { Panel } from '../../services/subscribe'
import { accepted, isPartial, isRefusedForever, nextAsked, showPanel, tell, templates } from '../../services/subscribe'

type Phase = 'intro' | 'identity' | 'done' | 'refused' | 'switch_off' | 'trouble'

/** Subscription to reminders: an explanation, WeChat's panel, and the person's identity. */
Page({
  data: {
    ...shell('subscribe'),
    phase: 'intro' as Phase,
    templates: [] as string[],
    partly: false,
    forever: false,
    name: '',
    number: '',
    idType: 'resident' as IdType,
    tillCode: '',
    busy: false,
    error: '',
  },
  isBound: false,
  asking: false,
  panel: { answer: 'closed', told: [] } as Panel,

  onReady() {
    title(this.data.t.title)
  },

  onLoad(query: Record<string, string | undefined>) {
    this.setData({ tillCode: /^\d{6}$/.test(query.scene ?? '') ? (query.scene as string) : '' })
    void this.open()
  },

  /** Show the explanation at once; the button is enabled when the templates are loaded. */
  async open() {
    this.setData({ phase: 'intro', error: '' })
    try {
      const [asked, mine] = await Promise.all([templates(), api.bindings()])
      this.isBound = mine.bindings.length > 0
      this.setData({ templates: asked })
    } catch (thrown) {
      this.setData({ phase: 'trouble', error: explain(asProblem(thrown).code, true) })
    }
  },

  onOpen() {
    if (this.asking) return
    this.asking = true
    void showPanel(this.data.templates).then((panel) => this.answered(panel))
  },

  answered(panel: Panel) {
    const { answer } = panel
    const asked = this.data.templates
    this.panel = panel
    this.asking = false
    void tell(panel)
    if (accepted(answer)) this.setData({ phase: this.isBound ? 'done' : 'identity', partly: isPartial(asked, panel), error: '' })
    else if (answer === 'switch_off') this.setData({ phase: 'switch_off' })
    else if (answer === 'closed') this.setData({ phase: 'intro', templates: nextAsked(asked, panel), error: this.data.t.failed })
    else void this.refused(asked[0] ?? '')
  },

  async refused(template: string) {
    this.setData({ phase: 'refused', forever: await isRefusedForever(template) })
  },

  onName(event: WechatMiniprogram.Input) {
    this.setData({ name: event.detail.value, error: '' })
  },

  onNumber(event: WechatMiniprogram.CustomEvent<{ number: string; idType: IdType }>) {
    this.setData({ ...event.detail, error: '' })
  },

  onTillCode(event: WechatMiniprogram.Input) {
    this.setData({ tillCode: event.detail.value.trim(), error: '' })
  },

  async onBind() {
    const { name, number, idType, tillCode, busy } = this.data
    if (busy) return
    this.setData({ busy: true, error: '' })
    try {
      await api.bind({ name: name.trim(), id_number: number, id_type: idType, ...(tillCode && { till_code: tillCode }) })
      this.isBound = true
      // Report the panel's result again, because the binding that stores it did not exist before.
      void tell(this.panel)
      this.setData({ phase: 'done', name: '', number: '', tillCode: '', busy: false })
    } catch (thrown) {
      this.setData({ busy: false, error: explain(asProblem(thrown).code, true) })
    }
  },

  onSettings() {
    wx.openSetting({ withSubscriptions: true, complete: () => this.setData({ phase: 'intro', error: '' }) })
  },

  onAgain() {
    void this.open()
  },

  onLater() {
    back('verify')
  },

  onMine() {
    go('mine')
  },
})
