import * as api from '../../services/api'
import type { Scene } from '../../services/api'
import { shell, title } from '../../services/appearance'
import { Deadline } from '../../services/deadline'
import { price } from '../../services/money'
import { go, pageFor, ticket, visit } from '../../services/navigation'
import { forWhom } from '../../services/persons'
import { asProblem } from '../../services/problem'
import type { Problem } from '../../services/problem'
import { explain, strings } from '../../services/strings/index'

type Phase = 'loading' | 'ask' | 'nothing' | 'trouble'

/** The entry from a message or a code: person, shop, amount, and the notice. */
Page({
  data: {
    ...shell('verify'),
    phase: 'loading' as Phase,
    scene: null as Scene | null,
    amount: '',
    forWhom: '',
    left: '',
    busy: false,
    error: '',
    addMore: strings().more.title,
    asked: '',
    trouble: { heading: '', text: '', again: false, staff: false },
  },
  ticket: '',
  deadline: null as unknown as Deadline,
  gone: false,

  onReady() {
    title(this.data.t.title)
  },

  onLoad(query: Record<string, string | undefined>) {
    this.ticket = ticket(query)
    this.deadline = new Deadline((left) => this.setData({ left }), () => void this.open())
    if (this.ticket) void this.open()
    else void this.nothing()
  },

  /** Nothing to verify; but a reviewer may have asked for more material in an overlooked message. */
  async nothing() {
    this.setData({ phase: 'nothing' })
    const appeals = await api.appeals().then((answer) => answer.appeals, () => [])
    this.setData({ asked: appeals.find((row) => row.may_send)?.appeal_id ?? '' })
  },

  onUnload() {
    this.gone = true
    this.deadline.stop()
  },

  async open(error = '') {
    this.setData({ phase: 'loading', error })
    try {
      this.show(await api.openScene(this.ticket))
    } catch (thrown) {
      this.setData({ phase: 'trouble', trouble: this.explained(asProblem(thrown)) })
    }
  },

  show(scene: Scene) {
    // Another page may have replaced this one already.
    if (this.gone) return
    const page = pageFor(scene)
    if (page !== 'verify') return go(page, { scene: scene.scene })
    this.setData({ phase: 'ask', scene, amount: price(scene), forWhom: forWhom(scene), busy: false })
    this.deadline.begin(scene)
  },

  explained(trouble: Problem) {
    const { t, common } = this.data
    const end = { again: false, staff: false }
    if (trouble.code === 'not_found') return { heading: t.foreign, text: t.foreign_how, ...end }
    if (trouble.code === 'scene_ended') return { heading: t.ended, text: t.ended_how, ...end }
    if (trouble.code === 'not_staff') {
      const { not_staff, not_staff_how } = strings().cashier
      return { heading: not_staff, text: not_staff_how, ...end, staff: true }
    }
    return { heading: common.problem, text: explain(trouble.code), ...end, again: true }
  },

  onNext(event: WechatMiniprogram.CustomEvent<api.Consented>) {
    void this.answer(true, event.detail)
  },

  onDecline() {
    void this.answer(false)
  },

  async answer(granted: boolean, said: api.Consented = {}) {
    const { scene, busy } = this.data
    if (!scene || busy) return
    this.setData({ busy: true, error: '' })
    try {
      this.show(await api.consent(scene, granted, said))
    } catch (thrown) {
      this.refused(asProblem(thrown))
    }
  },

  refused(trouble: Problem) {
    const stays = ['presence_code_wrong', 'presence_code_locked', 'offline', 'busy'].includes(trouble.code)
    if (stays) this.setData({ busy: false, error: explain(trouble.code) })
    else if (trouble.code === 'notice_stale') void this.open(explain(trouble.code))
    else if (trouble.status === 409) void this.open()
    else this.setData({ busy: false, phase: 'trouble', trouble: this.explained(trouble) })
  },

  onAgain() {
    void this.open()
  },

  onSubscribe() {
    visit('subscribe')
  },

  onMine() {
    visit('mine')
  },

  onMore() {
    visit('more', { appeal: this.data.asked })
  },

  onStaff() {
    visit('staff')
  },
})
