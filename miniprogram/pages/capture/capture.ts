import { audienceOf, captionOf, shown } from '../../capture/audience'
import { Precheck } from '../../capture/precheck'
import type { Provider } from '../../capture/provider'
import { providerOf } from '../../capture/provider'
import { stageFor } from '../../capture/stage'
import { Take } from '../../capture/take'
import { turnAt } from '../../capture/turn'
import { verifyNatively } from '../../capture/native'
import { watchNetwork } from '../../capture/network'
import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import type { FinishAnswer } from '../../services/contract'
import { rememberResult } from '../../services/memory'
import { follow, go, pageFor, ticket } from '../../services/navigation'
import { agreedToPrivacy, cameraAllowedInSettings } from '../../services/privacy'
import { asProblem } from '../../services/problem'
import { explain, strings } from '../../services/strings/index'
import { Voice } from '../../services/voice'

type Phase = 'loading' | 'ready' | 'filming' | 'deciding' | 'native' | 'privacy' | 'denied' | 'left' | 'cut' | 'trouble'

const UNMOUNTED = { mounted: false, cameraReady: false }
const BEGINNING = { ...shown(0, ''), note: '', busy: false }

/** Filming the face: one instruction at a time, spoken and written. */
Page({
  data: {
    ...shell('capture'),
    common: strings().common,
    steps: [strings().cashier.step_confirm, strings().cashier.step_film],
    phase: 'loading' as Phase,
    ...UNMOUNTED,
    channel: 'push',
    ...BEGINNING,
    say: '',
    colour: '',
    network: '',
    calm: false,
    trouble: '',
  },
  ticket: '',
  provider: 'own' as Provider,
  // Made in onLoad: WeChat copies what a page is defined with, and a copy is no Voice.
  voice: null as unknown as Voice,
  net: null as ReturnType<typeof watchNetwork> | null,
  precheck: null as Precheck | null,
  take: null as Take | null,
  wasSlow: false,
  swapped: false,

  onReady() {
    title(this.data.t.title)
  },

  onLoad(query: Record<string, string | undefined>) {
    this.ticket = ticket(query)
    this.voice = new Voice()
    this.net = watchNetwork()
    void this.open()
  },

  onUnload() {
    this.leave()
    this.net?.stop()
    this.voice.close()
  },

  onHide() {
    if (this.data.phase === 'filming') this.setData({ phase: 'left', ...UNMOUNTED })
    this.leave()
  },

  onShow() {
    void this.lookAhead()
  },

  leave() {
    this.precheck?.stop()
    if (this.data.phase !== 'deciding' && this.data.phase !== 'cut') this.take?.cancel()
  },

  async open() {
    this.take = null
    this.setData({ phase: 'loading' })
    try {
      const scene = await api.openScene(this.ticket)
      const filmable = pageFor(scene) === 'capture' || (scene.state === 'failed' && scene.tries_left > 0)
      if (!filmable) return follow(pageFor(scene), scene)
      this.provider = providerOf(scene)
      this.setData({ channel: scene.channel })
      await this.prepare()
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  async prepare() {
    if (this.provider === 'wechat') return this.setData({ phase: 'native' })
    // The camera may be mounted only after the privacy guide has been agreed to.
    if (!(await agreedToPrivacy())) return this.setData({ phase: 'privacy' })
    this.setData({ phase: 'ready', mounted: true, say: this.data.t.ready, ...BEGINNING })
  },

  onCameraReady() {
    this.setData({ cameraReady: true })
    void this.lookAhead()
  },

  onCameraError() {
    this.leave()
    this.setData({ phase: 'denied', ...UNMOUNTED })
  },

  /** Look for what stands in the way before a try is drawn. */
  async lookAhead() {
    if (this.data.phase !== 'ready' || !this.data.cameraReady) return
    this.voice.say('ready')
    const stage = await stageFor(this, false)
    this.precheck?.stop()
    this.precheck = new Precheck(this.ticket, stage, (hint) => {
      if (this.data.phase === 'ready') this.speak(hint ?? 'ready_good')
    })
    this.precheck.start()
  },

  speak(key: string) {
    const say = captionOf(key)
    if (say !== this.data.say) this.setData({ say })
    this.voice.say(key)
  },

  async onStart() {
    if (this.data.busy) return
    this.setData({ busy: true })
    this.precheck?.stop()
    await this.conclude(this.provider === 'wechat' ? verifyNatively(this.ticket) : this.film())
  },

  async conclude(deciding: Promise<FinishAnswer>) {
    try {
      const answer = await deciding
      rememberResult(answer)
      follow('result', answer)
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  async film(): Promise<FinishAnswer> {
    const stage = await stageFor(this, this.wasSlow || (this.net?.isWeak() ?? false))
    const challenge = await api.drawChallenge(this.ticket, this.data.calm, wx.getDeviceInfo().model.slice(0, 64) || 'unknown')
    this.take = new Take(challenge, stage, audienceOf(this, () => { this.wasSlow = true }))
    this.swapped = false
    this.setData({ phase: 'filming', busy: false, say: captionOf('straight'), note: '' })
    return this.take.run()
  },

  stumble(thrown: unknown) {
    const trouble = asProblem(thrown)
    const turn = turnAt(trouble, this.provider)
    this.setData({ busy: false, colour: '' })
    if (turn.to === 'result') go('result', { scene: this.ticket })
    if (turn.to === 'screen') this.setData({ phase: turn.phase, ...UNMOUNTED, trouble: explain(trouble.code) })
    if (turn.to !== 'provider') return
    this.provider = turn.provider
    void this.prepare()
  },

  async onHard() {
    if (this.swapped) return this.setData({ note: this.data.t.hard_used })
    if (!this.take) return
    this.swapped = true
    try {
      await this.take.swap()
      this.setData({ note: this.data.t.swapped })
    } catch (thrown) {
      this.setData({ note: explain(asProblem(thrown).code) })
    }
  },

  onCalm() {
    this.setData({ calm: !this.data.calm })
  },

  async onSettings() {
    if (await cameraAllowedInSettings()) await this.prepare()
  },

  /** After the network was cut: first send what this try has filmed, else film anew. */
  async onAgain() {
    if (this.data.phase !== 'cut' || !this.take) return this.open()
    this.setData({ phase: 'deciding' })
    await this.conclude(this.take.conclude())
  },

  onOther() {
    this.leave()
    go('result', { scene: this.ticket, other: '1' })
  },
})
