import type { Provider } from '../services/contract'
import type { Problem } from '../services/problem'

/** Return the other provider when the server says that this one does not fit. */
export function corrected(provider: Provider, trouble: Problem): Provider | null {
  if (trouble.code !== 'provider_mismatch') return null
  return provider === 'own' ? 'wechat' : 'own'
}
