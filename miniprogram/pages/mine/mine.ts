import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import type { Line } from '../../services/mine'
import { appealLine, bindingLine, consentLine } from '../../services/mine'
import { back, visit } from '../../services/navigation'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'

type List = 'consents' | 'bindings' | 'appeals'
type Phase = 'menu' | 'loading' | 'list' | 'export' | 'erase' | 'erased' | 'trouble'

/** What is kept about the person, and how to take it back. */
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

  /** What was exported stays no longer than the page. */
  forget() {
    this.exported = ''
    if (this.data.summary) this.setData({ summary: '', copied: false })
  },

  onMenu() {
    this.forget()
    this.setData({ phase: 'menu', sure: null, eraseSure: false, error: '' })
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
      this.setData({ phase: 'trouble', error: explain(asProblem(thrown).code) })
    }
  },

  onAsk(event: WechatMiniprogram.TouchEvent) {
    const id = event.currentTarget.dataset['id'] as string
    this.setData({ sure: this.data.lines.find((line) => line.id === id) ?? null })
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
      this.setData({ sure: null, error: explain(asProblem(thrown).code) })
    }
    this.setData({ busy: false })
  },

  onExportPage() {
    this.setData({ phase: 'export', error: '' })
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
      this.setData({ busy: false, error: explain(asProblem(thrown).code) })
    }
  },

  onCopy() {
    wx.setClipboardData({
      data: this.exported,
      success: () => this.setData({ copied: true, error: '' }),
      fail: () => this.setData({ error: this.data.t.copy_failed }),
    })
  },

  onErasePage() {
    this.setData({ phase: 'erase', eraseSure: false, error: '' })
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
      this.setData({ busy: false, eraseSure: false, error: explain(asProblem(thrown).code) })
    }
  },

  onAgain() {
    void this.open(this.data.list)
  },
})

async function lines(list: List): Promise<Line[]> {
  if (list === 'consents') return (await api.consents()).consents.map(consentLine)
  if (list === 'bindings') return (await api.bindings()).bindings.map(bindingLine)
  return (await api.appeals()).appeals.map(appealLine)
}
