import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import { CLEAR, lines, owners, refusal, type Line, type List } from '../../services/mine'
import { back, go, visit } from '../../services/navigation'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'

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
    if (query.list === 'appeals') void this.open(query.list)
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

  onHome: () => back('verify'),

  onAgents: () => visit('agents'),

  onList(event: WechatMiniprogram.TouchEvent) {
    void this.open(event.currentTarget.dataset['list'] as List)
  },

  async open(list: List) {
    const { t } = this.data
    this.setData({ phase: 'loading', list, heading: t[list], empty: t[`no_${list}`], sure: null, error: '' })
    try {
      this.setData({ phase: 'list', lines: await lines(list) })
    } catch (thrown) {
      this.setData({ phase: 'trouble', error: explain(asProblem(thrown).code, true) })
    }
  },

  onAsk(event: WechatMiniprogram.TouchEvent) {
    const id = event.currentTarget.dataset['id'] as string
    if (this.data.list === 'appeals') return visit('more', { appeal: id })
    const line = this.data.lines.find((one) => one.id === id) ?? null
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
      await (list === 'consents' ? api.withdraw(sure.id) : api.unbind(sure.id))
      await this.open(list)
    })
  },

  /** Begin the face check that export, withdrawal and deletion require; ask for the person where several are bound. */
  async onPass() {
    await this.alone(async () => {
      const people = await owners()
      const [only] = people
      if (people.length === 1 && only) await this.pass(only.id)
      else this.setData(people.length ? { phase: 'who', people } : { error: this.data.t.pass_nobody })
    })
  },

  async onWho(event: WechatMiniprogram.TouchEvent) {
    await this.alone(() => this.pass(event.currentTarget.dataset['id'] as string))
  },

  async pass(personId: string) {
    const { scene } = await api.facePass(personId)
    go('verify', { scene })
  },

  onExportPage() {
    this.setData({ phase: 'export', ...CLEAR })
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

  async onCorrectPage() {
    this.setData({ phase: 'correct', people: [], person: '', statement: '', ...CLEAR })
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

  onErasePage() {
    this.setData({ phase: 'erase', eraseSure: false, ...CLEAR })
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
