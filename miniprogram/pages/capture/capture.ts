import { Aids } from '../../capture/aids'
import { audienceOf, BEGINNING, BLANK, captionOf, COUNTING, UNMOUNTED } from '../../capture/audience'
import { Precheck } from '../../capture/precheck'
import { stageFor } from '../../capture/stage'
import { Swap } from '../../capture/swap'
import { Take } from '../../capture/take'
import { turnAt } from '../../capture/turn'
import { verifyNatively } from '../../capture/native'
import * as api from '../../services/api'
import { alone, shell, title } from '../../services/appearance'
import type { FinishAnswer, Provider } from '../../services/contract'
import { rememberResult } from '../../services/memory'
import { follow, go, pageFor, ticket } from '../../services/navigation'
import { agreedToPrivacy, cameraAllowedInSettings, cameraTrouble, isBarred } from '../../services/privacy'
import { mayTry } from '../../services/outcome'
import { asProblem, problem } from '../../services/problem'
import { explain, strings } from '../../services/strings/index'

type Phase = 'loading' | 'ready' | 'filming' | 'deciding' | 'native' | 'privacy' | 'barred' | 'denied' | 'occupied' | 'left' | 'cut' | 'trouble'

/** Filming the face: one instruction at a time, spoken and written. */
Page({
  data: {
    ...shell('capture'),
    steps: [strings().cashier.step_confirm, strings().cashier.step_film],
    phase: 'loading' as Phase,
    ...BLANK,
  },
  ticket: '',
  provider: 'own' as Provider,
  // Made in onLoad: WeChat copies what a page is defined with.
  aids: null as unknown as Aids,
  precheck: null as Precheck | null,
  take: null as Take | null,
  swap: null as unknown as Swap,
  // Requests made before the page was left must neither film nor navigate after it is closed.
  leavings: 0,
  gone: false,

  onReady() {
    title(this.data.t.title)
  },

  onLoad(query: Record<string, string | undefined>) {
    this.ticket = ticket(query)
    this.swap = new Swap()
    this.aids = new Aids((left) => this.setData({ left }), () => this.expire())
    void this.open()
  },

  onUnload() {
    this.gone = true
    this.leave()
    this.aids.close()
  },

  onHide() {
    if (this.data.phase === 'filming') this.setData({ phase: 'left', ...UNMOUNTED })
    this.leave()
  },

  onShow() {
    alone()
    if (this.data.phase === 'barred' && !isBarred()) void this.prepare(this.provider)
    this.lookAhead()
  },

  leave() {
    this.leavings += 1
    this.precheck?.stop()
    if (this.data.phase !== 'deciding' && this.data.phase !== 'cut') this.take?.cancel()
  },

  async open() {
    this.take = null
    this.setData({ phase: 'loading', left: '' })
    try {
      const scene = await api.openScene(this.ticket)
      if (this.gone) return
      if (pageFor(scene) !== 'capture' && !mayTry(scene)) return follow(pageFor(scene), scene)
      this.setData({ channel: scene.channel, own: scene.purpose === 'self' })
      this.aids.deadline.begin(scene)
      await this.prepare(scene.provider)
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  /** Time is up: a try that has begun may be finished, everything else ends here. */
  expire() {
    if (!this.data.busy && !['filming', 'deciding'].includes(this.data.phase)) void this.open()
  },

  async prepare(provider: Provider) {
    this.provider = provider
    if (provider === 'wechat') return this.setData({ phase: 'native' })
    // The camera may be mounted only after the privacy guide has been agreed to.
    if (!(await agreedToPrivacy())) return this.setData({ phase: 'privacy' })
    this.setData({ phase: 'ready', mounted: true, say: this.data.t.ready, ...BEGINNING })
  },

  onCameraReady() {
    this.setData({ cameraReady: true })
    this.lookAhead()
  },

  /** An `error` is a refusal; `stop` only says that the mini-program went to the background. */
  onCameraLost({ type }: WechatMiniprogram.BaseEvent) {
    if (this.data.phase !== 'ready' && this.data.phase !== 'filming') return
    this.leave()
    this.setData({ phase: 'left', ...UNMOUNTED })
    if (type === 'error') void cameraTrouble().then((phase) => this.setData({ phase }))
  },

  /** Check for obstacles before a try is drawn. */
  lookAhead() {
    if (this.data.phase !== 'ready' || !this.data.cameraReady || this.data.busy) return
    this.aids.voice.say('ready')
    this.precheck?.stop()
    this.precheck = new Precheck(this.ticket, (hint) => this.data.phase === 'ready' && this.speak(hint ?? 'ready_good'))
    void this.precheck.start(stageFor(this, this.aids.net.isWeak()))
  },

  speak(key: string) {
    if (captionOf(key) !== this.data.say) this.setData({ say: captionOf(key) })
    this.aids.voice.say(key)
  },

  onStart() {
    if (this.data.busy) return
    this.setData({ ...COUNTING, left: '', say: captionOf('straight') })
    this.aids.deadline.stop()
    this.precheck?.stop()
    void this.conclude(this.provider === 'wechat' ? verifyNatively(this.ticket, () => this.setData({ phase: 'deciding' })) : this.film())
  },

  async conclude(deciding: Promise<FinishAnswer>) {
    try {
      const answer = await deciding
      if (this.gone) return
      rememberResult(answer)
      follow('result', answer)
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  async film(): Promise<FinishAnswer> {
    const { leavings } = this
    const stage = await stageFor(this, this.aids.net.isWeak())
    const challenge = await api.drawChallenge(this.ticket, this.data.calm, stage.device)
    if (this.leavings !== leavings) throw problem('left')
    this.take = new Take(challenge, stage, audienceOf(this, this.aids.net.slowed))
    this.setData({ ...COUNTING, busy: false, phase: 'filming', say: captionOf('straight'), vivid: challenge.colours_required })
    wx.pageScrollTo({ selector: '#say', duration: 0 })
    return this.take.run()
  },

  stumble(thrown: unknown) {
    if (this.gone) return
    const trouble = asProblem(thrown)
    const turn = turnAt(trouble, this.provider)
    this.setData({ busy: false, colour: '', count: 0 })
    if (turn.to === 'result') go('result', { scene: this.ticket })
    if (turn.to === 'screen') this.setData({ phase: turn.phase, ...UNMOUNTED, trouble: explain(trouble.code, this.data.own), over: trouble.code === 'tries_used_up' })
    if (turn.to === 'provider') void this.prepare(turn.provider)
  },

  onHard(): Promise<void> {
    return this.swap.ask(this.take, (changes) => this.setData(changes))
  },

  onHear() {
    this.aids.voice.again()
  },

  onCalm() {
    this.setData({ calm: !this.data.calm })
  },

  async onSettings() {
    if (await cameraAllowedInSettings(this.data.phase)) await this.prepare(this.provider)
  },

  /** After a network failure: send this try's frames, else film again; a second quick tap is ignored. */
  onAgain() {
    if (this.data.phase === 'loading' || this.data.phase === 'deciding') return
    if (this.data.phase === 'cut' && this.take) void this.conclude(this.take.conclude())
    else void this.open()
  },

  onOther() {
    if (this.swap.isDeaf) return
    this.leave()
    if (this.data.own) go('mine')
    else go('result', { scene: this.ticket, other: this.data.channel })
  },
})
