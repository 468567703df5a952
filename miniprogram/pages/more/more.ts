import * as api from '../../services/api'
import { shell, title } from '../../services/appearance'
import type { AppealRow } from '../../services/contract'
import { LIMITS } from '../../services/lifecycle'
import { minute } from '../../services/mine'
import { back, go } from '../../services/navigation'
import type { Photo } from '../../services/photos'
import { choosePhotos, forget, part, shown } from '../../services/photos'
import { asProblem } from '../../services/problem'
import { explain, fill, strings } from '../../services/strings/index'
import { zh } from '../../services/strings/zh'

type Phase = 'loading' | 'ask' | 'sent' | 'over' | 'none' | 'trouble'

/** What a reviewer asks the insured to add to their appeal; opened by WeChat's message. */
Page({
  data: {
    ...shell('more'),
    appeal: strings().appeal,
    toList: strings().result.appeals,
    phase: 'loading' as Phase,
    note: '',
    wanted: [] as string[],
    until: '',
    wantsPhoto: false,
    wantsWords: false,
    statement: '',
    photos: [] as { path: string; label: string }[],
    more: true,
    sending: false,
    error: '',
  },
  id: '',
  kept: [] as Photo[],
  gone: false,

  onReady() {
    title(this.data.t.title)
  },

  onLoad(query: Record<string, string | undefined>) {
    this.id = query.appeal ?? ''
    this.kept = []
    void this.open()
  },

  onUnload() {
    this.gone = true
    forget(this.kept)
  },

  async open() {
    this.setData({ phase: 'loading', error: '' })
    try {
      const { appeals } = await api.appeals()
      this.show(appeals.find((row) => row.appeal_id === this.id))
    } catch (thrown) {
      this.setData({ phase: 'trouble', error: explain(asProblem(thrown).code, true) })
    }
  },

  show(row: AppealRow | undefined) {
    if (!row) return this.setData({ phase: 'none' })
    if (row.answered_at) return this.setData({ phase: 'sent' })
    if (!row.may_send) return this.setData({ phase: 'over' })
    const { t } = this.data
    this.setData({
      phase: 'ask',
      note: row.wanted_note ?? '',
      wanted: row.wanted.map((one) => t[one]),
      until: fill(t.until, { when: minute(row.wanted_until as string) }),
      wantsPhoto: row.wanted.some((one) => one !== 'statement'),
      wantsWords: row.wanted.includes('statement'),
    })
  },

  onStatement(event: WechatMiniprogram.TextareaInput) {
    this.setData({ statement: event.detail.value, error: '' })
  },

  async onPhoto() {
    try {
      this.keep([...this.kept, ...(await choosePhotos(LIMITS.appealPhotos - this.kept.length))])
    } catch (thrown) {
      this.setData({ error: explain(asProblem(thrown).code, true) })
    }
  },

  onRemove(event: WechatMiniprogram.TouchEvent) {
    const left = [...this.kept]
    forget(left.splice(Number(event.currentTarget.dataset['index']), 1))
    this.keep(left)
  },

  keep(photos: Photo[]) {
    this.kept = photos
    this.setData(shown(photos))
  },

  missing(): string {
    const { t, appeal, wantsPhoto, wantsWords, statement } = this.data
    if (wantsPhoto && this.kept.length === 0) return t.need_photo
    return wantsWords && !statement.trim() ? appeal.need_statement : ''
  },

  async onSubmit() {
    const error = this.missing()
    if (error || this.data.sending) return this.setData({ error })
    this.setData({ sending: true, error })
    try {
      const text = this.data.statement.trim() || zh.more.see_photos
      const row = await api.sendMore(this.id, [{ name: 'statement', text }, ...(await Promise.all(this.kept.map(part)))])
      if (!this.gone) this.show(row)
    } catch (thrown) {
      const { code } = asProblem(thrown)
      if (code === 'wrong_state') void this.open()
      else this.setData({ error: explain(code, true) })
    }
    this.setData({ sending: false })
  },

  onAgain() {
    void this.open()
  },

  onList() {
    go('mine', { list: 'appeals' })
  },

  onBack() {
    back('mine')
  },
})
