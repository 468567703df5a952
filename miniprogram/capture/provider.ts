import type { Scene } from '../services/api'
import type { Problem } from '../services/problem'

export type Provider = 'own' | 'wechat'

/** Who films this scene; a server that does not say so means its own matcher. */
export function providerOf(scene: Scene): Provider {
  return scene.provider ?? 'own'
}

/** Return the other provider when the server says that this one does not fit. */
export function corrected(provider: Provider, trouble: Problem): Provider | null {
  if (trouble.code !== 'provider_mismatch') return null
  return provider === 'own' ? 'wechat' : 'own'
}
