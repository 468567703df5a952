import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import { CLEAR, lines, owners, refusal, type Line, type List } from '../../services/mine'
import { back, go, visit } from '../../services/navigation'
import { fill, strings } from '../../services/strings/index'

type Phase = 'who' | 'correct' | 'menu' | 'loading' | 'list' | 'export' | 'erase' | 'erased' | 'trouble'

/** The person's stored data, with withdrawal and deletion. */
Page({
  data: {
    ...shell('mine'),
    agents: strings().agents.title,
    phase: 'menu' as Phase,
    list: 'consents' as List,
    heading: '',
    empty: '',
    lines: [] as Line[],
    sure: null as Line | null,
    summary: '',
    copied: false,
    eraseSure: false,
    busy: false,
    error: '',
    needsPass: false,
    people: [] as { id: string; name: string }[],
    person: '',
    statement: '',
  },
  exported: '',

  onLoad(query: Record<string, string | undefined>) {
    if (query.list === 'appeals' || query.list === 'renewals') void this.open(query.list)
  },

  onReady() {
    title(this.data.t.title)
  },

  onHide() {
    this.forget()
  },

  onUnload() {
    this.forget()
  },

  /** The export is discarded with the page. */
  forget() {
    this.exported = ''
    if (this.data.summary) this.setData({ summary: '', copied: false })
  },

  onMenu() {
    this.forget()
    this.setData({ phase: 'menu', sure: null, eraseSure: false, ...CLEAR })
  },

  onPage(event: WechatMiniprogram.TouchEvent) {
    const phase = event.currentTarget.dataset['phase'] as 'correct' | 'export' | 'erase'
    this.setData({ phase, heading: this.data.t[phase], copied: false, eraseSure: false, ...CLEAR })
    if (phase === 'correct') void this.correct()
  },

  onHome: () => back('verify'),

  onAgents: () => visit('agents'),

  onList(event: WechatMiniprogram.TouchEvent) {
    void this.open(event.currentTarget.dataset['list'] as List)
  },

  async open(list: List) {
    const { t } = this.data
    this.setData({ phase: 'loading', list, heading: t[list], empty: t[`no_${list}`], lines: [], sure: null, copied: false, ...CLEAR })
    try {
      this.setData({ phase: 'list', lines: await lines(list) })
    } catch (thrown) {
      const said = refusal(thrown)
      this.setData({ phase: said.needsPass ? 'list' : 'trouble', ...said })
    }
  },

  onAsk(event: WechatMiniprogram.TouchEvent) {
    const id = event.currentTarget.dataset['id'] as string
    if (this.data.list === 'appeals') return visit('more', { appeal: id })
    const line = this.data.lines.flatMap((one) => [one, one.other ?? []].flat()).find((one) => one.id === id) ?? null
    if (this.data.list === 'requests') return this.copy(line?.sure ?? '')
    this.setData({ sure: line })
  },

  onNo() {
    this.setData({ sure: null, eraseSure: false })
  },

  /** Do one thing at a time, and say what stands in its way. */
  async alone(action: () => Promise<void>) {
    if (this.data.busy) return
    this.setData({ busy: true, error: '' })
    try {
      await action()
    } catch (thrown) {
      this.setData({ sure: null, eraseSure: false, ...refusal(thrown) })
    }
    this.setData({ busy: false })
  },

  async onYes() {
    const { sure, list } = this.data
    if (!sure) return
    await this.alone(async () => {
      const [id = ''] = sure.id.split(' ')
      if (sure.answer) await api.answerRenewal(id, sure.answer)
      else await (list === 'consents' ? api.withdraw(id) : api.unbind(id))
      await this.open(list)
    })
  },

  /** Begin the face check that export, withdrawal and deletion require; ask for the person where several are bound. */
  async onPass() {
    await this.alone(async () => {
      const people = await owners()
      const [only] = people
      if (people.length === 1 && only) await this.pass(only.id)
      else this.setData(people.length ? { phase: 'who', heading: this.data.t.pass_who, people } : { error: this.data.t.pass_nobody })
    })
  },

  async onWho(event: WechatMiniprogram.TouchEvent) {
    await this.alone(() => this.pass(event.currentTarget.dataset['id'] as string))
  },

  async pass(personId: string) {
    const { scene } = await api.facePass(personId)
    go('verify', { scene })
  },

  async onExport() {
    await this.alone(async () => {
      const kept = await api.exportMine()
      const { attempts, consents, appeals } = kept
      this.exported = JSON.stringify(kept, null, 2)
      const counts = { attempts: attempts.length, consents: consents.length, appeals: appeals.length }
      this.setData({ summary: fill(this.data.t.exported, counts), copied: false })
    })
  },

  onCopy() {
    this.copy(this.exported)
  },

  copy(data: string) {
    wx.setClipboardData({
      data,
      success: () => this.setData({ copied: true, error: '' }),
      fail: () => this.setData({ error: this.data.t.copy_failed }),
    })
  },

  async correct() {
    this.setData({ people: [], person: '', statement: '' })
    try {
      const people = await owners()
      this.setData({ people, person: people[0]?.id ?? '', error: people.length ? '' : this.data.t.pass_nobody })
    } catch (thrown) {
      this.setData(refusal(thrown))
    }
  },

  onPerson(event: WechatMiniprogram.TouchEvent) {
    this.setData({ person: event.currentTarget.dataset['id'] as string })
  },

  onStatement(event: WechatMiniprogram.Input) {
    this.setData({ statement: event.detail.value, error: '' })
  },

  async onCorrect() {
    const { person, statement } = this.data
    await this.alone(async () => {
      await api.correct({ person_id: person, statement: statement.trim() })
      await this.open('requests')
    })
  },

  onEraseAsk() {
    this.setData({ eraseSure: true })
  },

  async onErase() {
    await this.alone(async () => {
      await api.erase()
      this.setData({ phase: 'erased' })
    })
  },

  onAgain() {
    void this.open(this.data.list)
  },
})
