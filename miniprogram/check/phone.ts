import { lightUp } from '../capture/screen'
import { isJpeg } from './measure'
import type { Report } from './report'
import { jpegSize, median } from './report'

const LIT_MS = 600
const SOUND_MS = 4_000
const SESSION_MS = 4_000
// What the canvas is measured with (measure.ts), upright: only so can both be compared.
const WIDTH = 240
const HEIGHT = 320
const QUALITY = 50
const SAMPLES = 8
// Not in WeChat's typings; the front camera, as filming uses it.
const FRONT = { cameraPosition: 1 }

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))

const brightness = () => new Promise<number>((resolve) => wx.getScreenBrightness({ success: ({ value }) => resolve(value), fail: () => resolve(-1) }))

/** Return the screen's brightness before filming, during it, and after restoring it. */
export async function brightening(): Promise<Report['brightness']> {
  const before = await brightness()
  const giveBack = lightUp()
  await wait(LIT_MS)
  const lit = await brightness()
  giveBack()
  await wait(LIT_MS)
  return { before, lit, after: await brightness() }
}

/** Play one prompt; return its events in order. */
export function sounding(): Promise<string[]> {
  return new Promise((resolve) => {
    const heard: string[] = []
    const sound = wx.createInnerAudioContext()
    const end = () => {
      clearTimeout(timer)
      sound.destroy()
      resolve(heard)
    }
    const timer = setTimeout(end, SOUND_MS)
    sound.onCanplay(() => heard.includes('canplay') || heard.push('canplay'))
    sound.onPlay(() => heard.push('play'))
    sound.onError(() => (heard.push('error'), end()))
    sound.onEnded(() => (heard.push('ended'), end()))
    sound.obeyMuteSwitch = false
    sound.src = '/voice/zh/passed.mp3'
    sound.play()
  })
}

/** Return inputs and outputs of VKFrame.getCameraJpgBuffer; its session opens the camera, so ours must be closed. */
export function jpgBuffer(): Promise<Report['jpg_buffer']> {
  if (!wx.createVKSession || !wx.isVKSupport('v1')) return Promise.resolve(null)
  return new Promise((resolve) => {
    const session = wx.createVKSession({ ...FRONT, track: { plane: { mode: 1 } }, version: 'v1' })
    const times: number[] = []
    const end = (found: Report['jpg_buffer']) => {
      clearTimeout(timer)
      session.destroy()
      resolve(found)
    }
    const timer = setTimeout(() => end(null), SESSION_MS)
    session.start((errno) => {
      if (errno) return end(null)
      const look = () => {
        const frame = session.getVKFrame(WIDTH, HEIGHT)
        if (!frame) return void session.requestAnimationFrame(look)
        const begun = Date.now()
        const bytes = frame.getCameraJpgBuffer?.(WIDTH, HEIGHT, QUALITY)
        if (!bytes) return end(null)
        times.push(Date.now() - begun)
        if (times.length < SAMPLES) return void session.requestAnimationFrame(look)
        end({ ms: median(times) as number, bytes: bytes.byteLength, jpeg: isJpeg(bytes), size: jpegSize(bytes) })
      }
      session.requestAnimationFrame(look)
    })
  })
}
