import { fill, strings } from './strings/index'

/** Return what a scene's purchase costs; '' for a check that the person has begun themselves. */
export function price(scene: { amount_fen: number; purpose?: string }): string {
  return scene.purpose === 'self' ? '' : amount(scene.amount_fen)
}

/** Return an amount as people read it. */
export function amount(fen: number): string {
  return fill(strings().common.fen, { yuan: (fen / 100).toFixed(2) })
}
