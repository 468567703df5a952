import type { Picture } from './shrink'
import { shrink } from './shrink'

export type Canvas = WechatMiniprogram.Canvas

const JPEG = [0xff, 0xd8, 0xff]
// A single frame may fail; this many failures in a row mean that the phone cannot encode.
const BROKEN_AFTER = 5

/** Encodes camera frames as JPEG on an off-screen canvas, because OffscreenCanvas has no toDataURL. */
export class Encoder {
  private busy = false
  private failures = 0

  constructor(private readonly canvas: Canvas) {}

  /** Tell whether this phone's canvas cannot produce JPEG, so that filming must not start. */
  get isBroken(): boolean {
    return this.failures >= BROKEN_AFTER
  }

  /** Encode a frame after this callback has returned, and tell `done`, with null when it failed; false when one is still being encoded. */
  take(frame: { width: number; height: number; data: ArrayBuffer }, side: number, quality: () => number, done: (jpeg: ArrayBuffer | null) => void): boolean {
    if (this.busy) return false
    this.busy = true
    // The camera reuses its buffer: copy the needed part now, encode later.
    const small = shrink({ width: frame.width, height: frame.height, data: new Uint8ClampedArray(frame.data) }, side)
    setTimeout(() => {
      const jpeg = encoded(this.canvas, small, quality())
      this.failures = jpeg ? 0 : this.failures + 1
      this.busy = false
      done(jpeg)
    }, 0)
    return true
  }
}

/** Tell whether bytes begin as a JPEG does. */
export function isJpeg(bytes: ArrayBuffer): boolean {
  const start = new Uint8Array(bytes.slice(0, JPEG.length))
  return JPEG.every((byte, i) => byte === start[i])
}

/** Return the picture as JPEG, or null where the phone throws or gives something else: an empty `data:,`, a PNG. */
export function encoded(canvas: Canvas, picture: Picture, quality: number): ArrayBuffer | null {
  try {
    const bytes = drawn(canvas, picture, quality)
    return isJpeg(bytes) ? bytes : null
  } catch {
    return null
  }
}

function drawn(canvas: Canvas, picture: Picture, quality: number): ArrayBuffer {
  if (canvas.width !== picture.width) canvas.width = picture.width
  if (canvas.height !== picture.height) canvas.height = picture.height
  const context = canvas.getContext('2d') as WechatMiniprogram.CanvasRenderingContext.CanvasRenderingContext2D
  const image = context.createImageData(picture.width, picture.height)
  image.data.set(picture.data)
  context.putImageData(image, 0, 0)
  const url = canvas.toDataURL('image/jpeg', quality)
  return wx.base64ToArrayBuffer(url.slice(url.indexOf(',') + 1))
}
