/** canvas type="2d", and the node that a selector query gives for it. */
import { breach } from '../host/strict.js'
import { fileAddress } from '../wx/files.js'
import { BuiltIn, declare } from './base.js'

class CanvasElement extends BuiltIn {
  static properties = { ...declare('flag', 'disable-scroll'), ...declare('value', 'type canvas-id') }

  build() {
    if (this.properties.type !== '2d') throw breach('write <canvas type="2d">: the old canvas is no longer kept up')
    this.canvas = document.createElement('canvas')
    this.append(this.canvas)
    const { width, height } = this.getBoundingClientRect()
    Object.assign(this.canvas, { width: width || 300, height: height || 150 })
    this.node = canvasNode(this.canvas)
  }
}

/** Return WeChat's Canvas object: only what WeChat documents. */
export function canvasNode(canvas) {
  return {
    get width() { return canvas.width },
    set width(value) { canvas.width = value },
    get height() { return canvas.height },
    set height(value) { canvas.height = value },
    getContext: (kind) => canvas.getContext(kind, { willReadFrequently: true }),
    createImage: () => imageOfFiles(),
    createImageData: (width, height) => new ImageData(width, height),
    createPath2D: (path) => new Path2D(path),
    requestAnimationFrame: (callback) => requestAnimationFrame(callback),
    cancelAnimationFrame: (handle) => cancelAnimationFrame(handle),
    toDataURL: (type, quality) => canvas.toDataURL(type, quality),
    drawnOn: canvas,
  }
}

/** Return an image whose src may name a temporary file. */
function imageOfFiles() {
  const image = new Image()
  const { set, get } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src')
  Object.defineProperty(image, 'src', { get: () => get.call(image), set: (name) => set.call(image, fileAddress(name)) })
  return image
}

export const canvases = { canvas: CanvasElement }
