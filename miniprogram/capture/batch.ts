import type { Form } from '../services/multipart'
import { LIMITS } from '../services/lifecycle'
import type { Kind } from './schedule'

/** One frame, encoded. */
export interface Shot {
  seq: number
  tMs: number
  kind: Kind
  mirrored: boolean
  bytes: ArrayBuffer
}

// Small enough for a bad network within the time-out; the server accepts 4 MB.
const BYTES_A_REQUEST = 64_000

/** Return the shots that go into the next request, oldest first. */
export function nextBatch(waiting: readonly Shot[]): Shot[] {
  const batch: Shot[] = []
  let bytes = 0
  for (const shot of waiting) {
    bytes += shot.bytes.byteLength
    if (batch.length === LIMITS.framesARequest || (batch.length > 0 && bytes > BYTES_A_REQUEST)) break
    batch.push(shot)
  }
  return batch
}

/** Return what is still missing after the server has answered for `sent`. */
export function without(waiting: readonly Shot[], sent: readonly Shot[]): Shot[] {
  const got = new Set(sent.map((shot) => shot.seq))
  return waiting.filter((shot) => !got.has(shot.seq))
}

/** Return a batch as the server reads it: the frames, and `meta` in the same order. */
export function framesForm(shots: readonly Shot[]): Form {
  const meta = shots.map((shot) => ({ seq: shot.seq, t_ms: shot.tMs, kind: shot.kind, mirrored: shot.mirrored }))
  const pictures = shots.map((shot) => ({ name: 'frames', file: `${shot.seq}.jpg`, bytes: shot.bytes }))
  return [{ name: 'meta', text: JSON.stringify(meta) }, ...pictures]
}
