/** What one phone's check has found; `devices/` keeps such reports. Times in ms, sizes in px and bytes. */
export interface Report {
  format: 1
  day: string
  model: string
  platform: string
  system: string
  library: string
  frame: { width: number; height: number; bytes: number; fps: number } | null
  shrink_ms: number | null
  encode_ms: number | null
  encoded_bytes: number | null
  /** Whether the canvas gave a JPEG, by its first bytes. */
  jpeg: boolean
  /** Time from setting the screen's colour to the first frame it lights; null where it was not seen. */
  colour_lag_ms: number | null
  brightness: { before: number; lit: number; after: number } | null
  audio: string[]
  unlink: boolean | null
  /** Correlation (-1 to 1) of an unmirrored photo with a frame as it is and flipped, and the conclusion. */
  fit: { same: number; flipped: number } | null
  mirrored: boolean | null
  /** VKFrame.getCameraJpgBuffer; null where the phone has none. */
  jpg_buffer: { ms: number; bytes: number; jpeg: boolean; size: string | null } | null
}

const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Return an eight-letter checksum of a report's text, which reveals an incomplete copy. */
export function codeOf(text: string): string {
  let code = ''
  for (const seed of [0x811c9dc5, 0x01000193]) {
    let hash = seed
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
    for (let i = 0; i < 4; i++) code += ALPHABET[(hash >>> (5 * i + 5)) & 31]
  }
  return code
}

/** Return the size that a JPEG says it has ("240x320"), null where it says none. */
export function jpegSize(bytes: ArrayBuffer): string | null {
  const view = new DataView(bytes)
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const kind = view.getUint8(at + 1)
    // A start of frame, of whichever process; DHT, JPG and DAC lie in the same range.
    if (kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind)) return `${view.getUint16(at + 7)}x${view.getUint16(at + 5)}`
  }
  return null
}

/** Return the median of numbers, rounded to a tenth; null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[sorted.length >> 1]
  return middle === undefined ? null : Math.round(middle * 10) / 10
}
