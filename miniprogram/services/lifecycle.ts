// Made by `python -m scripts.miniprogram` from models/domain; never edited by hand.

import type { AttemptState } from './contract'

export type AttemptEvent = 'open' | 'choose' | 'consent' | 'decline' | 'challenge' | 'abandon' | 'capture' | 'pass' | 'fail' | 'again' | 'expire' | 'cancel' | 'supersede' | 'undeliverable' | 'appeal'

export const TRANSITIONS: Record<AttemptState, Partial<Record<AttemptEvent, AttemptState>>> = {
  waiting: { open: 'opened', undeliverable: 'undeliverable', expire: 'expired', cancel: 'cancelled', supersede: 'superseded' },
  opened: { choose: 'opened', consent: 'consented', expire: 'expired', cancel: 'cancelled', supersede: 'superseded', decline: 'declined' },
  consented: { challenge: 'challenged', expire: 'expired', cancel: 'cancelled', supersede: 'superseded', decline: 'declined' },
  challenged: { challenge: 'challenged', abandon: 'failed', capture: 'captured', expire: 'expired', cancel: 'cancelled', supersede: 'superseded', decline: 'declined' },
  captured: { pass: 'passed', fail: 'failed', again: 'consented' },
  passed: {},
  failed: { challenge: 'challenged', appeal: 'appealed', supersede: 'failed' },
  appealed: {},
  declined: {},
  expired: {},
  cancelled: {},
  superseded: {},
  undeliverable: {},
}

export const APPEALABLE: readonly string[] = ['action_missing', 'not_acquired', 'not_matched', 'tries_used_up']

export const LIMITS = {
  framesARequest: 12,
  framesAChallenge: 150,
  appealPhotos: 3,
}

/** Tell whether an event may happen in a state. */
export function can(state: AttemptState, event: AttemptEvent): boolean {
  return TRANSITIONS[state][event] !== undefined
}
