import type { ActionProgress } from '../services/contract'

/** The phone's guidance: a key of the strings (`capture` or `hints`), an arrow, the progress. */
export interface Guidance {
  say: string
  isHint: boolean
  arrow: '' | 'left' | 'right' | 'down' | 'near'
  percent: number
  /** 3-2-1 while the person looks straight before the first action, else 0. */
  count: number
  /** The action to show in a drawing, if it is one. */
  action: string
}

export interface Filmed {
  progress: readonly ActionProgress[]
  hint: string | null
  tMs: number
}

/** How long the person first looks straight: the matcher takes its neutral frames from there. */
export const STRAIGHT_MS = 1_000
/** The countdown begins while the challenge is being drawn, and takes no extra time. */
export const COUNT_FROM = 3

// The preview is a mirror: the person's own left is the screen's left.
const ARROWS: Record<string, Guidance['arrow']> = { turn_left: 'left', turn_right: 'right', nod: 'down', closer: 'near' }
// What a turn's amplitude or tempo is called, behind the turn's own name.
const GRADE = /_(slightly|slowly)$/
// Hints caused by the action itself do not interrupt it.
const EXPECTED: Record<string, readonly string[]> = {
  turn_left: ['turned', 'blurred', 'no_face'],
  turn_right: ['turned', 'blurred', 'no_face'],
  nod: ['turned', 'blurred', 'no_face'],
  closer: ['too_close', 'blurred'],
  open_mouth: ['blurred', 'covered'],
  close_eyes: ['covered'],
  blink: ['covered'],
}

/** Return the current guidance: an obstacle first, else the next action. */
export function guide(filmed: Filmed): Guidance {
  const next = filmed.progress.find((one) => !one.done)
  const percent = share(filmed)
  const plain = { isHint: false, arrow: '', percent, count: 0, action: '' } as const
  if (!next) return { ...plain, say: 'done' }
  const movement = next.action.replace(GRADE, '')
  if (filmed.hint && !(EXPECTED[movement] ?? []).includes(filmed.hint)) {
    return { ...plain, say: filmed.hint, isHint: true }
  }
  if (filmed.tMs < STRAIGHT_MS) return { ...plain, say: 'straight', count: counted(filmed.tMs) }
  return { ...plain, say: next.action, arrow: ARROWS[movement] ?? '', action: next.action }
}

/** Return the countdown: 3 until the first frame arrives, then 2 and 1. */
function counted(tMs: number): number {
  return tMs === 0 ? COUNT_FROM : COUNT_FROM - 1 - Math.floor((tMs * (COUNT_FROM - 1)) / STRAIGHT_MS)
}

/** Return the progress in percent; looking straight counts as one action. */
function share(filmed: Filmed): number {
  const steps = filmed.progress.length + 1
  const done = filmed.progress.filter((one) => one.done).length
  return Math.round((100 * (done + Math.min(1, filmed.tMs / STRAIGHT_MS))) / steps)
}

/** Tell whether everything requested has been filmed, or the time limit is reached. */
export function isComplete(filmed: Filmed, hasEvidence: boolean): boolean {
  const allDone = filmed.progress.every((one) => one.done)
  return (allDone && hasEvidence && filmed.tMs >= SHORTEST_MS) || filmed.tMs >= LONGEST_MS
}

const SHORTEST_MS = 2_000
const LONGEST_MS = 15_000
