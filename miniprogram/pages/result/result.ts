import * as api from '../../services/api'
import type { Scene } from '../../services/api'
import { shell, titleAlone } from '../../services/appearance'
import type { FinishAnswer } from '../../services/contract'
import { newResult, recallResult, rememberResult } from '../../services/memory'
import { amount } from '../../services/money'
import { follow, go, pageFor, restart, ticket } from '../../services/navigation'
import type { Outcome } from '../../services/outcome'
import { outcome } from '../../services/outcome'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'
import { accepted, nextAsked, showPanel, tell, templates } from '../../services/subscribe'
import { Voice } from '../../services/voice'

type Phase = 'loading' | 'shown' | 'other' | 'trouble'
const POLL_MS = 1_000

/** What came of it, in plain words, and what may be done next. */
Page({
  data: {
    ...shell('result'),
    labels: strings().verify,
    phase: 'loading' as Phase,
    scene: null as Scene | null,
    amount: '',
    view: null as Outcome | null,
    borrowed: false,
    tries: '',
    trouble: '',
    templates: [] as string[],
    reminded: false,
  },
  ticket: '',
  // Made in onLoad: WeChat copies what a page is defined with, and a copy is no Voice.
  voice: null as unknown as Voice,
  timer: 0 as unknown as ReturnType<typeof setTimeout>,
  gone: false,

  onReady() {
    titleAlone(this.data.t.title)
  },

  onLoad(query: Record<string, string | undefined>) {
    this.ticket = ticket(query)
    this.voice = new Voice()
    const known = newResult(this.ticket)
    if (query.other) this.setData({ phase: 'other', borrowed: query.other === 'qr' })
    else if (known) this.show(known, known)
    else void this.open()
  },

  onUnload() {
    this.gone = true
    clearTimeout(this.timer)
    this.voice.close()
  },

  async open() {
    try {
      const scene = await api.openScene(this.ticket)
      if (this.gone) return
      const page = pageFor(scene)
      const finished = recallResult(this.ticket)
      // A try that did not count leaves the scene ready to be filmed: its reason is shown first.
      if (page === 'result' || (page === 'capture' && finished)) this.show(scene, finished)
      else follow(page, scene)
    } catch (thrown) {
      this.setData({ phase: 'trouble', trouble: explain(asProblem(thrown).code) })
    }
  },

  show(scene: Scene, finished: FinishAnswer | null) {
    const view = outcome(scene, finished)
    const tries = view.actions.includes('retry') ? fill(this.data.t.tries_left, { count: scene.tries_left }) : ''
    this.setData({ phase: 'shown', scene, view, tries, amount: amount(scene.amount_fen), borrowed: scene.channel === 'qr' })
    if (view.mood !== 'wait') this.voice.say(scene.state)
    if (scene.state === 'captured') this.timer = setTimeout(() => void this.open(), POLL_MS)
    if (view.actions.includes('remind')) void this.learnTemplates()
  },

  /** The panel must open in the tap itself, so its templates are fetched before. */
  async learnTemplates() {
    this.setData({ templates: await templates().catch(() => []) })
  },

  onRemind() {
    const shown = showPanel(this.data.templates)
    void shown.then((panel) => {
      void tell(panel)
      this.setData({ reminded: accepted(panel.answer), templates: nextAsked(this.data.templates, panel) })
    })
  },

  onRetry() {
    rememberResult(null)
    if (this.data.scene) follow('capture', this.data.scene)
  },

  onAppeal() {
    go('appeal', { scene: this.ticket })
  },

  onOther() {
    this.setData({ phase: 'other' })
  },

  onHandBack() {
    restart('cashier', { done: '1' })
  },

  onAgain() {
    this.setData({ phase: 'loading' })
    void this.open()
  },
})
