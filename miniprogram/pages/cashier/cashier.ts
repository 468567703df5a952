import * as api from '../../services/api'
import type { Scene } from '../../services/api'
import { alone, shell, title } from '../../services/appearance'
import type { IdType, PersonChoice } from '../../services/contract'
import { rememberResult } from '../../services/memory'
import { Deadline } from '../../services/deadline'
import { amount } from '../../services/money'
import { go, pageFor, restart, ticket } from '../../services/navigation'
import { RELATIONS, forWhom, relationSent, rows } from '../../services/persons'
import type { Row } from '../../services/persons'
import { asProblem } from '../../services/problem'
import { scanTicket } from '../../services/scan'
import { explain, fill, strings } from '../../services/strings/index'

type Phase = 'scan' | 'loading' | 'choose' | 'manual' | 'handover' | 'done' | 'trouble'

const UNCHECKED = { checked: [false, false], error: '' }

/** The cashier's own phone: pick the person present, hand the phone over, get it back without data. */
Page({
  data: {
    ...shell('cashier'),
    verify: strings().verify,
    steps: [strings().cashier.step_confirm, strings().cashier.step_film],
    relations: RELATIONS.map((relation) => strings().relations[relation]),
    phase: 'loading' as Phase,
    scene: null as Scene | null,
    amount: '',
    rows: [] as Row[],
    picked: '',
    acting: false,
    ...UNCHECKED,
    name: '',
    idType: 'resident' as IdType,
    number: '',
    relationIndex: -1,
    handOver: '',
    forWhom: '',
    secondsLeft: '',
    busy: false,
    trouble: { heading: '', text: '', staff: false },
  },
  ticket: '',
  deadline: null as unknown as Deadline,
  gone: false,

  onReady() {
    title(this.data.t.title)
  },

  onShow() {
    alone()
  },

  onLoad(query: Record<string, string | undefined>) {
    // Remove all data of the previous person at the hand-over.
    rememberResult(null)
    this.ticket = ticket(query)
    this.deadline = new Deadline((secondsLeft) => this.setData({ secondsLeft }), () => void this.open())
    if (query.done) return this.setData({ phase: 'done' })
    if (this.ticket) void this.open()
    else this.setData({ phase: 'scan' })
  },

  onUnload() {
    this.gone = true
    this.deadline.stop()
  },

  async onScan() {
    const found = await scanTicket()
    if (found === null) return
    if (!found) return this.setData({ phase: 'scan', error: this.data.t.not_ours })
    restart('cashier', { scene: found })
  },

  onStaff() {
    go('staff')
  },

  async open(error = '') {
    this.setData({ phase: 'loading', error })
    try {
      this.show(await api.openScene(this.ticket))
    } catch (thrown) {
      const { code } = asProblem(thrown)
      const { t, common } = this.data
      const staff = code === 'not_staff'
      const trouble = staff ? { heading: t.not_staff, text: t.not_staff_how, staff } : { heading: common.problem, text: explain(code), staff }
      this.setData({ phase: 'trouble', trouble })
    }
  },

  show(scene: Scene) {
    // Another page may have replaced this one already.
    if (this.gone) return
    const page = pageFor(scene)
    if (page !== 'cashier') return restart(page, { scene: scene.scene })
    const handOver = fill(this.data.t.hand_over, { name: scene.person?.name ?? '' })
    const phase: Phase = scene.person ? 'handover' : 'choose'
    // The next person must see neither the list nor the typed data.
    this.setData({ phase, scene, rows: rows(scene.persons), name: '', number: '', picked: '', amount: amount(scene.amount_fen), forWhom: forWhom(scene), handOver, busy: false })
    this.deadline.begin(scene)
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  onPick(event: WechatMiniprogram.CustomEvent) {
    const picked = event.currentTarget.dataset['id'] as string
    this.setData({ picked, acting: !this.data.rows.find((row) => row.id === picked)?.own, ...UNCHECKED })
  },

  onManual() {
    this.setData({ phase: 'manual', picked: '', acting: true, ...UNCHECKED })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  onCheck(event: WechatMiniprogram.CustomEvent) {
    const at = event.currentTarget.dataset['index'] as number
    this.setData({ checked: this.data.checked.map((is, index) => is !== (index === at)), error: '' })
  },

  onList() {
    // The field loses its text when it is removed.
    this.setData({ phase: 'choose', number: '', acting: false, error: '' })
  },

  onName(event: WechatMiniprogram.Input) {
    this.setData({ name: event.detail.value, error: '' })
  },

  onNumber(event: WechatMiniprogram.CustomEvent<{ number: string; idType: IdType }>) {
    this.setData({ ...event.detail, error: '' })
  },

  onRelation(event: WechatMiniprogram.PickerChange) {
    this.setData({ relationIndex: Number(event.detail.value), error: '' })
  },

  onChosen() {
    const { phase, picked, name, number, idType, relationIndex, acting, checked } = this.data
    const typed = { name: name.trim(), id_number: number, id_type: idType, relation: relationSent(relationIndex) }
    const who: PersonChoice = phase === 'choose' ? { person_id: picked } : typed
    const choice = acting ? { ...who, checks: { cardholder_document: checked[0], agent_document: checked[1] } } : who
    void this.submit((scene: Scene) => api.choosePerson(scene.scene, choice))
  },

  onNext(event: WechatMiniprogram.CustomEvent<api.Consented>) {
    void this.submit((scene: Scene) => api.consent(scene, true, event.detail))
  },

  onDecline() {
    void this.submit((scene: Scene) => api.consent(scene, false))
  },

  async submit(send: (scene: Scene) => Promise<Scene>) {
    const { scene, busy } = this.data
    if (!scene || busy) return
    this.setData({ busy: true, error: '' })
    try {
      this.show(await send(scene))
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  stumble(thrown: unknown) {
    const trouble = asProblem(thrown)
    const over = trouble.status === 410 || ['expired', 'wrong_state', 'person_already_chosen'].includes(trouble.code)
    if (trouble.code === 'notice_stale') void this.open(explain(trouble.code))
    else if (over) void this.open()
    else this.setData({ busy: false, error: explain(trouble.code) })
  },

  onAgain() {
    void this.open()
  },
})
