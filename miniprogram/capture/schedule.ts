import type { FrameKinds } from '../services/contract'
import { LIMITS } from '../services/lifecycle'

/** How one try is filmed: the server's request, adapted to the network. */
export interface Plan {
  motionEveryMs: number
  motionSide: number
  motionQuality: number
  evidenceSide: number
  evidenceQuality: number
  evidenceAtMs: readonly number[]
  budget: number
}

/** Progress of filming. `quality` is that of the next motion frame. */
export interface Filming {
  seq: number
  lastMs: number
  lastMotionMs: number
  evidenceTaken: number
  evidenceBytes: number
  spent: number
  quality: number
}

export type Kind = 'motion' | 'evidence'

const BUDGET = { normal: 400_000, weak: 200_000 }
// Evidence at 480 px and 0.7 is what `scripts.evaluate pad` measures as "weak network".
const WEAK = { motionSide: 240, motionQuality: 0.4, everyMs: 250, evidenceSide: 480, evidenceQuality: 0.7 }
// A first guess of an evidence frame's size, until one has been taken.
const EVIDENCE_GUESS = { normal: 40_000, weak: 22_000 }
// A normal try ends by then; longer ones use ever smaller frames.
const USUAL_MS = 7_000
const FEWEST_AHEAD = 8
const LOWEST_QUALITY = 0.25
// Motion stays within 4–8 frames a second, whatever the server requests.
const EVERY_MS = { least: 125, most: 250 }

export function plan(frame: FrameKinds, weak: boolean): Plan {
  const everyMs = Math.min(EVERY_MS.most, Math.max(EVERY_MS.least, Math.round(1000 / frame.motion.fps)))
  return {
    motionEveryMs: weak ? WEAK.everyMs : everyMs,
    motionSide: weak ? Math.min(WEAK.motionSide, frame.motion.max_side) : frame.motion.max_side,
    motionQuality: weak ? Math.min(WEAK.motionQuality, frame.motion.quality) : frame.motion.quality,
    evidenceSide: weak ? Math.min(WEAK.evidenceSide, frame.evidence.max_side) : frame.evidence.max_side,
    evidenceQuality: weak ? Math.min(WEAK.evidenceQuality, frame.evidence.quality) : frame.evidence.quality,
    evidenceAtMs: [...frame.evidence.at_ms].sort((a, b) => a - b),
    budget: weak ? BUDGET.weak : BUDGET.normal,
  }
}

export function begin(plan: Plan): Filming {
  const guess = plan.budget === BUDGET.weak ? EVIDENCE_GUESS.weak : EVIDENCE_GUESS.normal
  return { seq: 0, lastMs: -1, lastMotionMs: -Infinity, evidenceTaken: 0, evidenceBytes: guess, spent: 0, quality: plan.motionQuality }
}

/** Say what frame is due at `tMs` since the first one, or null. Evidence goes before motion. */
export function due(now: Filming, plan: Plan, tMs: number): Kind | null {
  if (tMs <= now.lastMs || now.seq >= LIMITS.framesAChallenge) return null
  const evidenceAt = plan.evidenceAtMs[now.evidenceTaken]
  if (evidenceAt !== undefined && tMs >= evidenceAt) return 'evidence'
  return tMs - now.lastMotionMs >= plan.motionEveryMs ? 'motion' : null
}

/** Return the progress after a frame of `bytes` was taken. */
export function taken(now: Filming, plan: Plan, kind: Kind, tMs: number, bytes: number): Filming {
  const next = { ...now, seq: now.seq + 1, lastMs: tMs, spent: now.spent + bytes }
  if (kind === 'evidence') return { ...next, evidenceTaken: now.evidenceTaken + 1, evidenceBytes: bytes }
  return { ...next, lastMotionMs: tMs, quality: nextQuality(next, plan, tMs, bytes) }
}

/** Return the quality at which the remaining frames fit the remaining budget. */
function nextQuality(now: Filming, plan: Plan, tMs: number, lastBytes: number): number {
  const reserved = evidenceLeft(now, plan) * now.evidenceBytes
  const ahead = Math.max(FEWEST_AHEAD, (USUAL_MS - tMs) / plan.motionEveryMs)
  const allowed = (plan.budget - now.spent - reserved) / ahead
  const wanted = now.quality * Math.min(2, allowed / Math.max(1, lastBytes))
  return Math.min(plan.motionQuality, Math.max(LOWEST_QUALITY, wanted))
}

function evidenceLeft(now: Filming, plan: Plan): number {
  return plan.evidenceAtMs.length - now.evidenceTaken
}

/** Tell whether every evidence frame has been taken. */
export function hasEvidence(now: Filming, plan: Plan): boolean {
  return evidenceLeft(now, plan) === 0
}

/** Tell whether one more frame like the last ones could break the budget. */
export function isSpent(now: Filming, plan: Plan): boolean {
  const average = now.seq ? now.spent / now.seq : 0
  return now.spent + average + evidenceLeft(now, plan) * now.evidenceBytes > plan.budget
}
