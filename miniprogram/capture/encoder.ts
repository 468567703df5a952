import type { Picture } from './shrink'
import { shrink } from './shrink'

export type Canvas = WechatMiniprogram.Canvas

/** Turns camera frames into JPEG on a canvas that lies off screen: OffscreenCanvas has no toDataURL. */
export class Encoder {
  private busy = false

  constructor(private readonly canvas: Canvas) {}

  /** Encode a frame after this callback has returned; false when one is still being encoded. */
  take(frame: { width: number; height: number; data: ArrayBuffer }, side: number, quality: () => number, done: (jpeg: ArrayBuffer) => void): boolean {
    if (this.busy) return false
    this.busy = true
    // The camera reuses its buffer: what is needed of it is copied now, the slow part comes later.
    const small = shrink({ width: frame.width, height: frame.height, data: new Uint8ClampedArray(frame.data) }, side)
    setTimeout(() => {
      try {
        done(this.jpeg(small, quality()))
      } finally {
        this.busy = false
      }
    }, 0)
    return true
  }

  private jpeg(picture: Picture, quality: number): ArrayBuffer {
    const { canvas } = this
    if (canvas.width !== picture.width) canvas.width = picture.width
    if (canvas.height !== picture.height) canvas.height = picture.height
    const context = canvas.getContext('2d') as WechatMiniprogram.CanvasRenderingContext.CanvasRenderingContext2D
    const image = context.createImageData(picture.width, picture.height)
    image.data.set(picture.data)
    context.putImageData(image, 0, 0)
    const url = canvas.toDataURL('image/jpeg', quality)
    return wx.base64ToArrayBuffer(url.slice(url.indexOf(',') + 1))
  }
}
