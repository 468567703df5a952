import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import type { Line } from '../../services/mine'
import { appealLine, bindingLine, consentLine, requestLine } from '../../services/mine'
import { back, go, visit } from '../../services/navigation'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'

type List = 'consents' | 'bindings' | 'appeals' | 'requests'
type Phase = 'who' | 'correct' | 'menu' | 'loading' | 'list' | 'export' | 'erase' | 'erased' | 'trouble'

const CLEAR = { error: '', needsPass: false }

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

  onHome() {
    back('verify')
  },

  onAgents() {
    visit('agents')
  },

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

  async onYes() {
    const { sure, list, busy } = this.data
    if (!sure || busy) return
    this.setData({ busy: true, error: '' })
    try {
      await (list === 'consents' ? api.withdraw(sure.id) : api.unbind(sure.id))
      await this.open(list)
    } catch (thrown) {
      this.setData({ sure: null, ...refusal(thrown) })
    }
    this.setData({ busy: false })
  },

  /** Begin the face check that export, withdrawal and deletion require; ask for the person where several are bound. */
  async onPass() {
    if (this.data.busy) return
    this.setData({ busy: true, error: '' })
    try {
      const people = await owners()
      const [only] = people
      if (people.length === 1 && only) return await this.pass(only.id)
      this.setData(people.length ? { busy: false, phase: 'who', people } : { busy: false, error: this.data.t.pass_nobody })
    } catch (thrown) {
      this.setData({ busy: false, ...refusal(thrown) })
    }
  },

  async onWho(event: WechatMiniprogram.TouchEvent) {
    await this.pass(event.currentTarget.dataset['id'] as string).catch((thrown) => this.setData({ busy: false, ...refusal(thrown) }))
  },

  async pass(personId: string) {
    const { scene } = await api.facePass(personId)
    this.setData({ busy: false })
    go('verify', { scene })
  },

  onExportPage() {
    this.setData({ phase: 'export', ...CLEAR })
  },

  async onExport() {
    if (this.data.busy) return
    this.setData({ busy: true, error: '' })
    try {
      const kept = await api.exportMine()
      const { attempts, consents, appeals } = kept
      this.exported = JSON.stringify(kept, null, 2)
      const counts = { attempts: attempts.length, consents: consents.length, appeals: appeals.length }
      this.setData({ busy: false, summary: fill(this.data.t.exported, counts), copied: false })
    } catch (thrown) {
      this.setData({ busy: false, ...refusal(thrown) })
    }
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
    const { busy, person, statement } = this.data
    if (busy) return
    this.setData({ busy: true, error: '' })
    try {
      await api.correct({ person_id: person, statement: statement.trim() })
      await this.open('requests')
    } catch (thrown) {
      this.setData(refusal(thrown))
    }
    this.setData({ busy: false })
  },

  onErasePage() {
    this.setData({ phase: 'erase', eraseSure: false, ...CLEAR })
  },

  onEraseAsk() {
    this.setData({ eraseSure: true })
  },

  async onErase() {
    if (this.data.busy) return
    this.setData({ busy: true, error: '' })
    try {
      await api.erase()
      this.setData({ busy: false, phase: 'erased' })
    } catch (thrown) {
      this.setData({ busy: false, eraseSure: false, ...refusal(thrown) })
    }
  },

  onAgain() {
    void this.open(this.data.list)
  },
})

/** Return what to show of a refusal; where a recent face check is missing, it can be begun here. */
function refusal(thrown: unknown): { error: string; needsPass: boolean } {
  const { code } = asProblem(thrown)
  return { error: explain(code, true), needsPass: code === 'recent_pass_needed' }
}

async function owners(): Promise<{ id: string; name: string }[]> {
  const { bindings } = await api.bindings()
  return bindings.map(({ person }) => ({ id: person.person_id, name: person.name }))
}

async function lines(list: List): Promise<Line[]> {
  if (list === 'consents') return (await api.consents()).consents.map(consentLine)
  if (list === 'bindings') return (await api.bindings()).bindings.map(bindingLine)
  if (list === 'requests') return (await api.requests()).requests.map(requestLine)
  return (await api.appeals()).appeals.map(appealLine)
}
