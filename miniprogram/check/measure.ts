import type { Canvas } from '../capture/encoder'
import { encoded, isJpeg } from '../capture/encoder'
import type { Picture } from '../capture/shrink'
import { shrink } from '../capture/shrink'
import { problem } from '../services/problem'
import type { Report } from './report'
import { median } from './report'

export type Frame = { width: number; height: number; data: ArrayBuffer }
type Camera = WechatMiniprogram.CameraContext

const FRAMES_MS = 3_000
const MOTION_SIDE = 320
const QUALITY = 0.5
const SAMPLES = 8
const LAG_MS = 2_000
// The frame's mean colour must change by this many grey levels.
const LIT = 3

/** Receive camera frames until `enough` returns true or the time is over. */
export function listen(camera: Camera, ms: number, enough: (frame: Frame) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      listener.stop()
      resolve()
    }
    const timer = setTimeout(end, ms)
    const listener = camera.onCameraFrame((frame) => {
      if (enough(frame)) end()
    })
    listener.start({ fail: end })
  })
}

/** Return the frames' properties and rate, with one of them; null when none arrived. */
export async function frames(camera: Camera): Promise<{ frame: Report['frame']; sample: Picture } | null> {
  const times: number[] = []
  let sample: Picture | null = null
  await listen(camera, FRAMES_MS, (frame) => {
    times.push(Date.now())
    sample ??= pictureOf(frame)
    return false
  })
  const first = sample as Picture | null
  if (!first) return null
  const { width, height, data } = first
  const took = (times[times.length - 1] as number) - (times[0] as number)
  const fps = took > 0 ? Math.round(((times.length - 1) * 10_000) / took) / 10 : 0
  return { frame: { width, height, bytes: data.byteLength, fps }, sample: first }
}

export function pictureOf({ width, height, data }: Frame): Picture {
  return { width, height, data: new Uint8ClampedArray(data.slice(0)) }
}

/** Return the median times of scaling and encoding, and whether the result is JPEG. */
export function encoding(canvas: Canvas, sample: Picture): Pick<Report, 'shrink_ms' | 'encode_ms' | 'encoded_bytes' | 'jpeg'> {
  const shrinking: number[] = []
  const encodings: number[] = []
  let bytes: ArrayBuffer | null = null
  for (let i = 0; i < SAMPLES; i++) {
    const begun = Date.now()
    const small = shrink(sample, MOTION_SIDE)
    const shrunk = Date.now()
    bytes = encoded(canvas, small, QUALITY)
    shrinking.push(shrunk - begun)
    encodings.push(Date.now() - shrunk)
  }
  return { shrink_ms: median(shrinking), encode_ms: median(encodings), encoded_bytes: bytes?.byteLength ?? null, jpeg: bytes !== null }
}

/** Return how long after the screen's colour is set a frame shows it. */
export async function colourLag(camera: Camera, setColour: (rgb: string) => void): Promise<number | null> {
  let before: number[] | null = null
  await listen(camera, LAG_MS, (frame) => ((before = meanColour(frame)), true))
  const plain = before as number[] | null
  if (!plain) return null
  const begun = Date.now()
  let lag: number | null = null
  setColour('#ff0000')
  await listen(camera, LAG_MS, (frame) => {
    const now = meanColour(frame)
    // A red screen: the face's red rises against its blue.
    if (now[0]! - now[2]! - (plain[0]! - plain[2]!) < LIT) return false
    lag = Date.now() - begun
    return true
  })
  setColour('')
  return lag
}

function meanColour({ data }: Frame): number[] {
  const pixels = new Uint8ClampedArray(data)
  const sums = [0, 0, 0]
  let count = 0
  for (let i = 0; i < pixels.length; i += 4 * 97, count++) for (let c = 0; c < 3; c++) sums[c]! += pixels[i + c] as number
  return sums.map((sum) => sum / Math.max(1, count))
}

/** Take an unmirrored photo, return it drawn on the canvas, and whether its file could be deleted. */
export async function photo(camera: Camera, canvas: Canvas): Promise<{ picture: Picture; unlink: boolean }> {
  const path = await new Promise<string>((resolve, reject) => {
    const fail = () => reject(problem('photo_refused'))
    camera.takePhoto({ quality: 'low', selfieMirror: false, success: ({ tempImagePath }) => resolve(tempImagePath), fail })
  })
  const picture = await drawn(canvas, path)
  const unlink = await new Promise<boolean>((resolve) => {
    wx.getFileSystemManager().unlink({ filePath: path, success: () => resolve(true), fail: () => resolve(false) })
  })
  return { picture, unlink }
}

function drawn(canvas: Canvas, path: string): Promise<Picture> {
  return new Promise((resolve, reject) => {
    const image = canvas.createImage() as unknown as { src: string; width: number; height: number; onload: () => void; onerror: () => void }
    image.onerror = () => reject(problem('image_unreadable'))
    image.onload = () => {
      const { width, height } = image
      Object.assign(canvas, { width, height })
      const context = canvas.getContext('2d') as WechatMiniprogram.CanvasRenderingContext.CanvasRenderingContext2D
      context.drawImage(image as never, 0, 0, width, height)
      resolve({ width, height, data: context.getImageData(0, 0, width, height).data as unknown as Uint8ClampedArray })
    }
    image.src = path
  })
}

export { isJpeg }
