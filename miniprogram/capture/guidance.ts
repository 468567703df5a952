import type { ActionProgress } from '../services/contract'

/** What the phone says: one key of the strings (`capture` or `hints`), an arrow, how far it is. */
export interface Guidance {
  say: string
  isHint: boolean
  arrow: '' | 'left' | 'right' | 'down' | 'near'
  percent: number
}

export interface Filmed {
  progress: readonly ActionProgress[]
  hint: string | null
  tMs: number
}

/** How long the person first looks straight: the matcher takes its neutral frames from there. */
export const STRAIGHT_MS = 1_000

// The preview is a mirror: the person's own left is the screen's left.
const ARROWS: Record<string, Guidance['arrow']> = { turn_left: 'left', turn_right: 'right', nod: 'down', closer: 'near' }
// What an action itself brings about is no reason to interrupt it.
const EXPECTED: Record<string, readonly string[]> = {
  turn_left: ['turned', 'blurred', 'no_face'],
  turn_right: ['turned', 'blurred', 'no_face'],
  nod: ['turned', 'blurred', 'no_face'],
  closer: ['too_close', 'blurred'],
  open_mouth: ['blurred', 'covered'],
  close_eyes: ['covered'],
  blink: ['covered'],
}

/** Return the one thing to say now: what is in the way first, else the next action. */
export function guide(filmed: Filmed): Guidance {
  const next = filmed.progress.find((one) => !one.done)
  const percent = share(filmed)
  if (!next) return { say: 'done', isHint: false, arrow: '', percent }
  if (filmed.hint && !(EXPECTED[next.action] ?? []).includes(filmed.hint)) {
    return { say: filmed.hint, isHint: true, arrow: '', percent }
  }
  if (filmed.tMs < STRAIGHT_MS) return { say: 'straight', isHint: false, arrow: '', percent }
  return { say: next.action, isHint: false, arrow: ARROWS[next.action] ?? '', percent }
}

/** Return how much is done, in percent: looking straight counts as one more action. */
function share(filmed: Filmed): number {
  const steps = filmed.progress.length + 1
  const done = filmed.progress.filter((one) => one.done).length
  return Math.round((100 * (done + Math.min(1, filmed.tMs / STRAIGHT_MS))) / steps)
}

/** Tell whether everything asked for has been filmed, or filming has gone on long enough. */
export function isComplete(filmed: Filmed, hasEvidence: boolean): boolean {
  const allDone = filmed.progress.every((one) => one.done)
  return (allDone && hasEvidence && filmed.tMs >= SHORTEST_MS) || filmed.tMs >= LONGEST_MS
}

const SHORTEST_MS = 2_000
const LONGEST_MS = 15_000
