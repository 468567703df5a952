/** A picture as the camera gives it: RGBA, row by row. */
export interface Picture {
  width: number
  height: number
  data: Uint8ClampedArray
}

// The oval's shape (components/oval-guide); the preview fills it and is cropped to it.
const OVAL = 252 / 324

/** Return the part of a camera's frame that the oval shows: its middle, as wide or as high as fits. */
export function inOval(frame: { width: number; height: number; data: ArrayBuffer }): { width: number; height: number; data: ArrayBuffer } {
  const width = Math.min(frame.width, Math.round(frame.height * OVAL))
  const height = Math.min(frame.height, Math.round(frame.width / OVAL))
  const left = (frame.width - width) >> 1
  const top = (frame.height - height) >> 1
  const from = new Uint8ClampedArray(frame.data)
  const data = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) {
    const at = ((top + y) * frame.width + left) * 4
    data.set(from.subarray(at, at + width * 4), y * width * 4)
  }
  return { width, height, data: data.buffer }
}

/** Return the size of a picture whose longer side is at most `maxSide`. */
export function fitted(width: number, height: number, maxSide: number): { width: number; height: number } {
  const scale = Math.min(1, maxSide / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Return a smaller copy: each pixel is the mean of the 2 × 2 samples that span its area. */
export function shrink(from: Picture, maxSide: number): Picture {
  const { width, height } = fitted(from.width, from.height, maxSide)
  if (width === from.width && height === from.height) return { width, height, data: from.data.slice() }
  const data = new Uint8ClampedArray(width * height * 4)
  const columns = samples(from.width, width)
  const rows = samples(from.height, height)
  let at = 0
  for (let y = 0; y < height; y++) {
    const top = (rows[2 * y] as number) * from.width
    const bottom = (rows[2 * y + 1] as number) * from.width
    for (let x = 0; x < width; x++) {
      const left = columns[2 * x] as number
      const right = columns[2 * x + 1] as number
      at = mean(from.data, [(top + left) * 4, (top + right) * 4, (bottom + left) * 4, (bottom + right) * 4], data, at)
    }
  }
  return { width, height, data }
}

function mean(from: Uint8ClampedArray, corners: [number, number, number, number], to: Uint8ClampedArray, at: number): number {
  const [a, b, c, d] = corners
  for (let channel = 0; channel < 3; channel++) {
    const sum = (from[a + channel] as number) + (from[b + channel] as number) + (from[c + channel] as number) + (from[d + channel] as number)
    to[at + channel] = (sum + 2) >> 2
  }
  to[at + 3] = 255
  return at + 4
}

/** Return for each target pixel the two source positions at a quarter and three quarters of it. */
function samples(from: number, to: number): Int32Array {
  const found = new Int32Array(to * 2)
  for (let i = 0; i < to; i++) {
    found[2 * i] = Math.floor(((i + 0.25) * from) / to)
    found[2 * i + 1] = Math.min(from - 1, Math.floor(((i + 0.75) * from) / to))
  }
  return found
}
