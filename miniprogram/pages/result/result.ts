import * as api from '../../services/api'
import type { Scene } from '../../services/api'
import { alone, shell, title } from '../../services/appearance'
import type { FinishAnswer } from '../../services/contract'
import { newResult, recallResult, rememberResult } from '../../services/memory'
import { amount } from '../../services/money'
import { follow, go, pageFor, restart, ticket } from '../../services/navigation'
import type { Outcome } from '../../services/outcome'
import { outcome } from '../../services/outcome'
import { asProblem, isPassing } from '../../services/problem'
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
  asking: false,
  gone: false,

  onReady() {
    title(this.data.t.title)
  },

  onShow() {
    alone()
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
      const trouble = asProblem(thrown)
      if (this.data.view?.mood === 'wait' && isPassing(trouble)) this.poll()
      else this.setData({ phase: 'trouble', trouble: explain(trouble.code) })
    }
  },

  /** While it is decided, ask again, whatever one answer has come to. */
  poll() {
    if (!this.gone) this.timer = setTimeout(() => void this.open(), POLL_MS)
  },

  show(scene: Scene, finished: FinishAnswer | null) {
    const view = outcome(scene, finished)
    const tries = view.actions.includes('retry') ? fill(this.data.t.tries_left, { count: scene.tries_left }) : ''
    this.setData({ phase: 'shown', scene, view, tries, amount: amount(scene.amount_fen), borrowed: scene.channel === 'qr' })
    // What stood in the camera's way may be heard by everybody; any other reason is only shown.
    if (view.mood !== 'wait') this.voice.say(view.mood === 'bad' ? (finished?.hint ?? 'failed') : scene.state)
    if (scene.state === 'captured') this.poll()
    if (view.actions.includes('remind')) void this.learnTemplates()
  },

  /** The panel must open in the tap itself, so its templates are fetched before. */
  async learnTemplates() {
    this.setData({ templates: await templates().catch(() => []) })
  },

  onRemind() {
    if (this.asking) return
    this.asking = true
    void showPanel(this.data.templates).then((panel) => {
      this.asking = false
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
