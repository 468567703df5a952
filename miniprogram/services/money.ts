import { fill, strings } from './strings/index'

/** Return an amount as people read it. */
export function amount(fen: number): string {
  return fill(strings().common.fen, { yuan: (fen / 100).toFixed(2) })
}
