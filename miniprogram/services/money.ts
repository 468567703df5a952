import { fill, strings } from './strings/index'

/** Return a scene's amount; '' for a person's own face check. */
export function price(scene: { amount_fen: number; purpose?: string }): string {
  return scene.purpose === 'self' ? '' : amount(scene.amount_fen)
}

/** Return a formatted amount. */
export function amount(fen: number): string {
  return fill(strings().common.fen, { yuan: (fen / 100).toFixed(2) })
}
