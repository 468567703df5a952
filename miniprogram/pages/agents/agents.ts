import { HOTLINE, REVIEW_DAYS } from '../../config'
import type { Bought } from '../../services/agents'
import { bought } from '../../services/agents'
import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import { back, visit } from '../../services/navigation'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'

type Phase = 'loading' | 'list' | 'sure' | 'said' | 'unknown' | 'trouble'

/** Agents' purchases with the person's card, and their disputes (不是我授权的); opened by WeChat's notice. */
Page({
  data: {
    ...shell('agents'),
    verify: strings().verify,
    subscribe: strings().subscribe.title,
    phase: 'loading' as Phase,
    lines: [] as Bought[],
    one: null as Bought | null,
    whoLooks: strings().appeal.who_looks,
    then: fill(strings().agents.then, { days: REVIEW_DAYS, hotline: HOTLINE }),
    busy: false,
    error: '',
  },

  onReady() {
    title(this.data.t.title)
  },

  onLoad() {
    void this.open()
  },

  async open() {
    this.setData({ phase: 'loading', error: '' })
    try {
      this.setData({ phase: 'list', lines: (await api.agents()).agents.map(bought) })
    } catch (thrown) {
      this.stumble(thrown, 'trouble')
    }
  },

  /** Purchases are shown only on a proven own phone; otherwise the page says how to prove it. */
  stumble(thrown: unknown, stays: Phase) {
    const { code } = asProblem(thrown)
    const phase = code === 'recent_pass_needed' ? 'unknown' : stays
    this.setData({ phase, busy: false, error: explain(code, true) })
  },

  onAsk(event: WechatMiniprogram.TouchEvent) {
    const id = event.currentTarget.dataset['id'] as string
    this.setData({ phase: 'sure', one: this.data.lines.find((line) => line.id === id) ?? null, error: '' })
  },

  async onYes() {
    const { one, lines, busy } = this.data
    if (!one || busy) return
    this.setData({ busy: true, error: '' })
    try {
      const said = bought(await api.dispute(one.id))
      this.setData({ phase: 'said', busy: false, one: said, lines: lines.map((line) => (line.id === said.id ? said : line)) })
    } catch (thrown) {
      this.stumble(thrown, 'sure')
    }
  },

  onList() {
    this.setData({ phase: 'list', error: '' })
  },

  onAgain() {
    void this.open()
  },

  onSubscribe() {
    visit('subscribe')
  },

  onMine() {
    back('mine')
  },
})
