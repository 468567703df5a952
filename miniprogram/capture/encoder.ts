import type { Picture } from './shrink'
import { shrink } from './shrink'

export type Canvas = WechatMiniprogram.Canvas

const JPEG = [0xff, 0xd8, 0xff]
// One frame may fail; a phone that fails so often in a row cannot do it at all.
const BROKEN_AFTER = 5

/** Turns camera frames into JPEG on a canvas that lies off screen: OffscreenCanvas has no toDataURL. */
export class Encoder {
  private busy = false
  private failures = 0

  constructor(private readonly canvas: Canvas) {}

  /** Tell whether this phone's canvas makes no JPEG: nobody shall act for a film that does not exist. */
  get isBroken(): boolean {
    return this.failures >= BROKEN_AFTER
  }

  /** Encode a frame after this callback has returned, and tell `done`, with null when it failed; false when one is still being encoded. */
  take(frame: { width: number; height: number; data: ArrayBuffer }, side: number, quality: () => number, done: (jpeg: ArrayBuffer | null) => void): boolean {
    if (this.busy) return false
    this.busy = true
    // The camera reuses its buffer: what is needed of it is copied now, the slow part comes later.
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
