import { canvasOf } from '../../capture/stage'
import { colourLag, encoding, frames, photo } from '../../check/measure'
import { fit, isMirrored } from '../../check/mirror'
import { brightening, jpgBuffer, sounding } from '../../check/phone'
import type { Report } from '../../check/report'
import { codeOf } from '../../check/report'
import { shell, title } from '../../services/appearance'
import { day } from '../../services/mine'
import { go } from '../../services/navigation'
import { agreedToPrivacy } from '../../services/privacy'

/** A report on this phone's abilities for `devices/`: one tap, a JSON and its checksum. Absent in released builds. */
Page({
  data: { ...shell('check'), phase: 'loading' as 'loading' | 'ready' | 'running' | 'done' | 'refused', mounted: false, cameraReady: false, colour: '', code: '', text: '', copied: false },

  onLoad() {
    if (wx.getAccountInfoSync().miniProgram.envVersion === 'release') return go('verify')
    void this.prepare()
  },

  onReady() {
    title(this.data.t.title)
  },

  async prepare() {
    const agreed = await agreedToPrivacy()
    this.setData(agreed ? { phase: 'ready', mounted: true } : { phase: 'refused' })
  },

  onCameraReady() {
    this.setData({ cameraReady: true })
  },

  onCameraLost() {
    this.setData({ phase: 'refused', mounted: false, cameraReady: false })
  },

  async onRun() {
    if (this.data.phase === 'running') return
    this.setData({ phase: 'running', copied: false })
    const text = JSON.stringify(await this.report(), null, 2)
    this.setData({ phase: 'done', text, code: codeOf(text) })
  },

  async report(): Promise<Report> {
    const { model, platform, system } = wx.getDeviceInfo()
    const phone = { format: 1, day: day(new Date().toISOString()), model, platform, system, library: wx.getAppBaseInfo().SDKVersion } as const
    const filmed = await this.filmed()
    // The session below has a camera of its own.
    this.setData({ mounted: false, cameraReady: false })
    return { ...phone, ...filmed, brightness: await brightening(), audio: await sounding(), jpg_buffer: await jpgBuffer() }
  },

  async filmed() {
    const camera = wx.createCameraContext()
    const canvas = await canvasOf(this)
    const seen = await frames(camera)
    const none = { frame: null, shrink_ms: null, encode_ms: null, encoded_bytes: null, jpeg: false }
    const shown = seen ? { frame: seen.frame, ...encoding(canvas, seen.sample) } : none
    const taken = await photo(camera, canvas).catch(() => null)
    const fits = seen && taken ? fit(taken.picture, seen.sample) : null
    const lag = await colourLag(camera, (colour) => this.setData({ colour }))
    return { ...shown, colour_lag_ms: lag, unlink: taken?.unlink ?? null, fit: fits, mirrored: fits && isMirrored(fits) }
  },

  onCopy() {
    wx.setClipboardData({ data: this.data.text, success: () => this.setData({ copied: true }) })
  },

  onAgain() {
    this.setData({ phase: 'loading' })
    void this.prepare()
  },
})
