import { HOTLINE, REVIEW_DAYS } from '../../config'
import * as api from '../../services/api'
import type { Scene } from '../../services/api'
import { alone, shell, title } from '../../services/appearance'
import type { AppealReason } from '../../services/contract'
import { LIMITS } from '../../services/lifecycle'
import { rememberResult } from '../../services/memory'
import type { Form } from '../../services/multipart'
import { follow, go, ticket } from '../../services/navigation'
import type { Photo } from '../../services/photos'
import { choosePhotos, forget, part, shoot, shown } from '../../services/photos'
import { agreedToPrivacy } from '../../services/privacy'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'
import { zh } from '../../services/strings/zh'

const REASONS: readonly AppealReason[] = ['photo_outdated', 'appearance_changed', 'capture_trouble', 'other']

// A retry would be refused again: only documents remain.
const CLOSED: readonly string[] = ['appeal_quota', 'appeal_window_closed', 'appeal_not_allowed', 'verification_ended']

/** An appeal: reason, statement and photos, and who will review it. */
Page({
  data: {
    ...shell('appeal'),
    otherWay: strings().result.other,
    phase: 'loading' as 'loading' | 'ask' | 'trouble',
    reasons: [] as { value: AppealReason; label: string }[],
    reason: '' as AppealReason | '',
    statement: '',
    photos: [] as { path: string; label: string }[],
    more: true,
    shooting: false,
    cameraReady: false,
    borrowed: false,
    takesPhotos: true,
    needsPhoto: false,
    whoLooks: '',
    sending: false,
    closed: false,
    error: '',
  },
  ticket: '',
  scene: null as Scene | null,
  kept: [] as Photo[],
  gone: false,

  onReady() {
    title(this.data.t.title)
  },

  onShow() {
    alone()
  },

  onLoad(query: Record<string, string | undefined>) {
    const { t } = this.data
    this.ticket = ticket(query)
    this.kept = []
    this.setData({
      reasons: REASONS.map((value) => ({ value, label: t[value] })),
    })
    void this.open()
  },

  onUnload() {
    this.gone = true
    forget(this.kept)
  },

  async open() {
    this.setData({ phase: 'loading' })
    try {
      this.scene = await api.openScene(this.ticket)
      if (this.gone) return
      if (!this.scene.appeal.allowed) return go('result', { scene: this.ticket })
      const { t } = this.data
      const borrowed = this.scene.channel === 'qr'
      // Where WeChat verifies, its rules allow no face photo but its own.
      const takesPhotos = this.scene.provider === 'own'
      const needsPhoto = takesPhotos && borrowed
      // On the cashier's phone the person has no list to check later.
      const how = borrowed ? t.who_looks_how_qr : t.who_looks_how
      this.setData({ phase: 'ask', borrowed, takesPhotos, needsPhoto, whoLooks: fill(how, { days: REVIEW_DAYS, hotline: HOTLINE }) })
    } catch (thrown) {
      this.setData({ phase: 'trouble', error: explain(asProblem(thrown).code) })
    }
  },

  onReason(event: WechatMiniprogram.TouchEvent) {
    this.setData({ reason: event.currentTarget.dataset['value'] as AppealReason, error: '' })
  },

  onStatement(event: WechatMiniprogram.TextareaInput) {
    this.setData({ statement: event.detail.value, error: '' })
  },

  async onPhoto() {
    if (this.data.borrowed) return this.openCamera()
    await this.add(choosePhotos(LIMITS.appealPhotos - this.kept.length))
  },

  /** On the cashier's phone a photo never becomes a file: it is a frame of the page's own camera. */
  async openCamera() {
    const agreed = await agreedToPrivacy()
    this.setData(agreed ? { shooting: true, cameraReady: false, error: '' } : { error: explain('photo_refused') })
  },

  onCameraReady() {
    this.setData({ cameraReady: true })
  },

  /** An `error` is a refusal; `stop` only says that the mini-program went to the background. */
  onCameraLost({ type }: WechatMiniprogram.BaseEvent) {
    this.setData({ shooting: false, error: type === 'error' ? explain('photo_refused') : '' })
  },

  async onShoot() {
    if (!this.data.cameraReady) return
    this.setData({ cameraReady: false })
    await this.add(shoot(this).then((photo) => [photo]))
    this.setData({ shooting: false })
  },

  async add(taking: Promise<Photo[]>) {
    try {
      this.keep([...this.kept, ...(await taking)])
    } catch (thrown) {
      this.setData({ error: explain(asProblem(thrown).code) })
    }
  },

  onRemove(event: WechatMiniprogram.TouchEvent) {
    const left = [...this.kept]
    forget(left.splice(Number(event.currentTarget.dataset['index']), 1))
    this.keep(left)
  },

  keep(photos: Photo[]) {
    this.kept = photos.slice(0, LIMITS.appealPhotos)
    this.setData(shown(this.kept))
  },

  missing(): string {
    const { t, reason, statement, photos, needsPhoto } = this.data
    if (!reason) return t.need_reason
    if (reason === 'other' && !statement.trim()) return t.need_statement
    return needsPhoto && photos.length === 0 ? explain('photo_required') : ''
  },

  async onSubmit() {
    const missing = this.missing()
    if (missing || this.data.sending) return this.setData({ error: missing })
    this.setData({ sending: true, error: '' })
    try {
      const lodged = await api.lodgeAppeal(this.ticket, await this.form())
      if (this.gone) return
      rememberResult(null)
      follow('result', lodged)
    } catch (thrown) {
      const { code } = asProblem(thrown)
      const closed = CLOSED.includes(code)
      this.setData({ sending: false, closed, error: explain(code) })
    }
  },

  async form(): Promise<Form> {
    const { reason, statement } = this.data
    // No statement is needed where the reason says it all.
    const said = statement.trim() || (reason ? zh.appeal[reason] : '')
    const fields = [{ name: 'reason', text: reason }, { name: 'statement', text: said }]
    return [...fields, ...(await Promise.all(this.kept.map(part)))]
  },

  onAgain() {
    void this.open()
  },

  onOther() {
    go('result', { scene: this.ticket, other: this.data.borrowed ? 'qr' : 'push' })
  },

  onBack() {
    go('result', { scene: this.ticket })
  },
})
