import { Precheck } from '../../capture/precheck'
import type { Provider } from '../../capture/provider'
import { corrected, providerOf } from '../../capture/provider'
import { stageFor } from '../../capture/stage'
import type { Audience } from '../../capture/take'
import { Take } from '../../capture/take'
import { verifyNatively } from '../../capture/native'
import { watchNetwork } from '../../capture/network'
import * as api from '../../services/api'
import type { Scene } from '../../services/api'
import { shell, title } from '../../services/appearance'
import type { FinishAnswer } from '../../services/contract'
import { rememberResult } from '../../services/memory'
import { pageFor, go, restart, ticket } from '../../services/navigation'
import { agreedToPrivacy, cameraAllowedInSettings } from '../../services/privacy'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'
import { Voice } from '../../services/voice'

type Phase = 'loading' | 'ready' | 'filming' | 'deciding' | 'native' | 'privacy' | 'denied' | 'left' | 'cut' | 'trouble'

/** Filming the face: one instruction at a time, spoken and written. */
Page({
  data: {
    ...shell('capture'),
    common: strings().common,
    steps: [strings().cashier.step_confirm, strings().cashier.step_film],
    phase: 'loading' as Phase,
    mounted: false,
    cameraReady: false,
    channel: 'push',
    say: '',
    arrow: '',
    percent: 0,
    progress: '',
    colour: '',
    network: '',
    calm: false,
    note: '',
    busy: false,
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
    if (this.data.phase === 'filming') this.setData({ phase: 'left', mounted: false })
    this.leave()
  },

  onShow() {
    if (this.data.phase === 'ready') this.lookAhead()
  },

  leave() {
    this.precheck?.stop()
    if (this.data.phase !== 'deciding' && this.data.phase !== 'cut') this.take?.cancel()
  },

  async open() {
    this.setData({ phase: 'loading' })
    try {
      const scene = await api.openScene(this.ticket)
      const filmable = pageFor(scene) === 'capture' || (scene.state === 'failed' && scene.tries_left > 0)
      if (!filmable) return this.move(pageFor(scene), scene)
      this.provider = providerOf(scene)
      this.setData({ channel: scene.channel })
      await this.prepare()
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  move(page: ReturnType<typeof pageFor>, scene: Pick<Scene, 'scene' | 'channel'>) {
    const to = scene.channel === 'qr' ? restart : go
    to(page, { scene: scene.scene })
  },

  async prepare() {
    if (this.provider === 'wechat') return this.setData({ phase: 'native' })
    // The camera may be mounted only after the privacy guide has been agreed to.
    if (!(await agreedToPrivacy())) return this.setData({ phase: 'privacy' })
    this.setData({ phase: 'ready', mounted: true, say: this.data.t.ready, arrow: '', percent: 0, progress: fill(this.data.t.progress, { percent: 0 }), note: '', busy: false })
    if (this.data.cameraReady) this.lookAhead()
  },

  onCameraReady() {
    this.setData({ cameraReady: true })
    if (this.data.phase === 'ready') this.lookAhead()
  },

  onCameraError() {
    this.leave()
    this.setData({ phase: 'denied', mounted: false, cameraReady: false })
  },

  /** Look for what stands in the way before a try is drawn. */
  async lookAhead() {
    this.voice.say('ready')
    const stage = await stageFor(this, false)
    this.precheck?.stop()
    this.precheck = new Precheck(this.ticket, stage, (hint) => {
      if (this.data.phase === 'ready') this.speak(hint ?? 'ready_good')
    })
    this.precheck.start()
  },

  speak(key: string) {
    const said: Record<string, string> = { ...this.data.t, ...strings().hints }
    const say = said[key] ?? ''
    if (say !== this.data.say) this.setData({ say })
    this.voice.say(key)
  },

  onStart() {
    void (this.provider === 'wechat' ? this.nativeTry() : this.ownTry())
  },

  async ownTry() {
    if (this.data.busy) return
    this.setData({ busy: true })
    this.precheck?.stop()
    try {
      const weak = this.wasSlow || (this.net?.isWeak() ?? false)
      const stage = await stageFor(this, weak)
      const challenge = await api.drawChallenge(this.ticket, this.data.calm, wx.getDeviceInfo().model.slice(0, 64) || 'unknown')
      this.take = new Take(challenge, stage, this.audience())
      this.swapped = false
      this.setData({ phase: 'filming', busy: false, note: '' })
      this.finished(await this.take.run())
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  audience(): Audience {
    return {
      guidance: (now) => {
        if (now.arrow !== this.data.arrow || now.percent !== this.data.percent) {
          const progress = fill(this.data.t.progress, { percent: now.percent })
          this.setData({ arrow: now.arrow, percent: now.percent, progress })
        }
        this.speak(now.say)
      },
      colour: (colour) => this.setData({ colour }),
      network: (network) => {
        this.wasSlow = this.wasSlow || network !== ''
        if (network !== this.data.network) this.setData({ network })
      },
      deciding: () => {
        if (this.data.phase === 'filming' || this.data.phase === 'cut') this.setData({ phase: 'deciding' })
      },
    }
  },

  async nativeTry() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      this.finished(await verifyNatively(this.ticket))
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  finished(answer: FinishAnswer) {
    rememberResult(answer)
    this.move('result', answer)
  },

  stumble(thrown: unknown) {
    const trouble = asProblem(thrown)
    this.setData({ busy: false, colour: '' })
    if (trouble.code === 'left') return
    const other = corrected(this.provider, trouble)
    if (other) {
      this.provider = other
      void this.prepare()
    } else if (trouble.code === 'offline') this.setData({ phase: 'cut', mounted: false, cameraReady: false })
    else if (trouble.code === 'challenge_expired') this.setData({ phase: 'left', mounted: false, cameraReady: false })
    else if (trouble.status === 409 || trouble.status === 410) go('result', { scene: this.ticket })
    else this.setData({ phase: 'trouble', mounted: false, cameraReady: false, trouble: explain(trouble.code) })
  },

  async onHard() {
    if (!this.take || this.data.phase !== 'filming') return
    if (this.swapped) return this.setData({ note: this.data.t.hard_used })
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
    const { take } = this
    if (this.data.phase !== 'cut' || !take) return this.open()
    try {
      this.setData({ phase: 'deciding' })
      this.finished(await take.conclude())
    } catch (thrown) {
      this.stumble(thrown)
    }
  },

  onOther() {
    this.leave()
    go('result', { scene: this.ticket, other: '1' })
  },
})
