import type { Provider } from '../services/contract'
import type { Problem } from '../services/problem'

/** The next step after a problem: none, the other provider, a screen of this page, or the result. */
export type Turn =
  | { to: 'nowhere' }
  | { to: 'provider'; provider: Provider }
  | { to: 'screen'; phase: 'cut' | 'left' | 'denied' | 'trouble' }
  | { to: 'result' }

/** Return the next step after a problem while filming. */
export function turnAt(trouble: Problem, provider: Provider): Turn {
  if (trouble.code === 'provider_mismatch') return { to: 'provider', provider: provider === 'own' ? 'wechat' : 'own' }
  // The page has already said that it was left.
  if (trouble.code === 'left') return { to: 'nowhere' }
  if (trouble.code === 'offline') return { to: 'screen', phase: 'cut' }
  if (trouble.code === 'camera_denied') return { to: 'screen', phase: 'denied' }
  if (trouble.code === 'challenge_replaced') return { to: 'screen', phase: 'left' }
  // The scene may still allow filming, but the limit is the person's, over all purchases of a day.
  if (['challenge_expired', 'tries_used_up', 'counter_needed'].includes(trouble.code)) return { to: 'screen', phase: 'trouble' }
  if (trouble.status === 409 || trouble.status === 410) return { to: 'result' }
  return { to: 'screen', phase: 'trouble' }
}
