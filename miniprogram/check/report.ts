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
  /** From setting the screen's colour to the first frame it lights; null where nothing was seen of it. */
  colour_lag_ms: number | null
  brightness: { before: number; lit: number; after: number } | null
  audio: string[]
  unlink: boolean | null
  /** How well a photo that is no mirror fits a frame as it is and flipped (-1 to 1), and what follows. */
  fit: { same: number; flipped: number } | null
  mirrored: boolean | null
  /** VKFrame.getCameraJpgBuffer; null where the phone has none. */
  jpg_buffer: { ms: number; bytes: number; jpeg: boolean } | null
}

const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Return eight letters made of a report's text: whoever copies it sees whether it came whole. */
export function codeOf(text: string): string {
  let code = ''
  for (const seed of [0x811c9dc5, 0x01000193]) {
    let hash = seed
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
    for (let i = 0; i < 4; i++) code += ALPHABET[(hash >>> (5 * i + 5)) & 31]
  }
  return code
}

/** Return the middle of some numbers, rounded to a tenth; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[sorted.length >> 1]
  return middle === undefined ? null : Math.round(middle * 10) / 10
}
