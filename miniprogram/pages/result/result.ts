import * as api from '../../services/api'
import type { Scene } from '../../services/api'
import { alone, shell, title } from '../../services/appearance'
import type { FinishAnswer } from '../../services/contract'
import { newResult, recallResult, rememberResult } from '../../services/memory'
import { price } from '../../services/money'
import { Deadline } from '../../services/deadline'
import { wantDocuments } from '../../services/documents'
import { follow, go, pageFor, restart, ticket, visit } from '../../services/navigation'
import type { Outcome } from '../../services/outcome'
import { mayTry, outcome } from '../../services/outcome'
import { forWhom } from '../../services/persons'
import { asProblem, isPassing } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'
import { accepted, nextAsked, showPanel, tell, templates } from '../../services/subscribe'
import { Voice } from '../../services/voice'

type Phase = 'loading' | 'shown' | 'other' | 'trouble'
const POLL_MS = 1_000
// The cashier is choosing again: poll more slowly, because that may take a while.
const WAIT_MS = 3_000

/** The result in plain words, and the possible next steps. */
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
    forWhom: '',
    left: '',
    late: false,
    busy: false,
    templates: [] as string[],
    reminded: false,
  },
  ticket: '',
  // Made in onLoad: WeChat copies what a page is defined with, and a copy is no Voice.
  voice: null as unknown as Voice,
  deadline: null as unknown as Deadline,
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
    this.deadline = new Deadline((left) => this.setData({ left }), () => void this.tooLate())
    const known = newResult(this.ticket)
    if (query.other) this.showDocuments(query.other === 'qr')
    else if (known) this.show(known, known)
    else void this.open()
  },

  onUnload() {
    this.gone = true
    clearTimeout(this.timer)
    this.deadline.stop()
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

  /** Poll while the decision is pending, ignoring failed requests. */
  poll(ms = POLL_MS) {
    clearTimeout(this.timer)
    if (!this.gone) this.timer = setTimeout(() => void this.open(), ms)
  },

  show(scene: Scene, finished: FinishAnswer | null) {
    // A newer message of the same purchase on this phone: continue there.
    const newer = scene.superseded_by?.scene
    if (newer) return go('verify', { scene: newer })
    const view = outcome(scene, finished)
    const tries = view.actions.includes('retry') ? fill(this.data.t.tries_left, { count: scene.tries_left }) : ''
    const shown = { amount: price(scene), borrowed: scene.channel === 'qr', forWhom: forWhom(scene), left: '' }
    this.setData({ phase: 'shown', scene, view, tries, busy: false, ...shown })
    if (tries) this.deadline.begin(scene)
    else this.deadline.stop()
    // Only capture problems are spoken aloud; any other reason is private and only shown.
    if (view.mood !== 'wait' && !this.data.late) this.voice.say(view.mood === 'bad' ? (finished?.hint ?? 'failed') : scene.state)
    if (scene.state === 'captured') this.poll()
    else if (view.mood === 'wait') this.poll(WAIT_MS)
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

  /** Remove the offer of another try, with an explanation. */
  async tooLate() {
    if (this.gone) return
    this.setData({ late: true })
    await this.open()
  },

  /** The server decides whether there is still time, so that every tap gets an answer. */
  async onRetry() {
    if (this.data.busy) return
    this.setData({ busy: true })
    const scene = await api.openScene(this.ticket).catch(() => null)
    if (this.gone) return
    if (scene && pageFor(scene) === 'result' && !mayTry(scene)) {
      this.setData({ late: true })
      return this.show(scene, recallResult(this.ticket))
    }
    rememberResult(null)
    follow('capture', scene ?? (this.data.scene as Scene))
  },

  onAppeal() {
    go('appeal', { scene: this.ticket })
  },

  onMine() {
    go('mine')
  },

  onAppeals() {
    visit('mine', { list: 'appeals' })
  },

  onOther() {
    this.showDocuments(this.data.borrowed)
  },

  /** Show the alternative, and tell the counter's screen at once. */
  showDocuments(borrowed: boolean) {
    this.deadline.stop()
    clearTimeout(this.timer)
    this.setData({ phase: 'other', borrowed })
    void wantDocuments(this.ticket)
  },

  onHandBack() {
    restart('cashier', { done: '1' })
  },

  onAgain() {
    this.setData({ phase: 'loading' })
    void this.open()
  },
})
