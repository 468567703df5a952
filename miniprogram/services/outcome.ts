import { HOTLINE } from '../config'
import type { Scene } from './api'
import type { FinishAnswer } from './contract'
import { APPEALABLE, can } from './lifecycle'
import { fill, strings } from './strings/index'

export type Action = 'retry' | 'appeal' | 'other' | 'remind' | 'appeals' | 'mine' | 'hand_back'

/** The result page's content: state, reason, and next steps, the best first. */
export interface Outcome {
  mood: 'good' | 'bad' | 'wait' | 'plain' | 'calm'
  heading: string
  text: string
  actions: Action[]
}

/** The hint of a try that the person cancelled in WeChat's own pages. */
export const LEFT = 'left'

// After these another try would not help: the phone offers documents first.
const LEADS_TO_DOCUMENTS: readonly string[] = ['not_live', 'frames_seen_before']
const AHEAD_OF_APPEAL: readonly string[] = ['not_acquired', 'matcher_unavailable']

/** Return the content for a scene, with or without its last try's result. */
export function outcome(scene: Scene, finished: FinishAnswer | null): Outcome {
  const { result, common } = strings()
  const ends = scene.channel === 'qr' ? (['hand_back'] as Action[]) : []
  const words: Record<string, string> = result
  // Messages and lists exist only on the person's own phone; the cashier's phone has other texts.
  const said = (key: string) => words[`${key}_${scene.channel}`] ?? words[key] ?? ''
  if (scene.state === 'captured') return { mood: 'wait', heading: strings().capture.deciding, text: '', actions: [] }
  if (scene.purpose === 'self') return ofOneself(scene, finished)
  if (scene.state === 'passed') return passed(scene, ends)
  if (scene.state === 'appealed') return appealed(fill(said('appealed_how'), { hotline: HOTLINE }), ends)
  if (scene.state === 'declined') return { mood: 'plain', heading: result.declined, text: common.other_ways_how, actions: ends }
  if (scene.state === 'failed' || mayTry(scene)) return failed(scene, finished, ends)
  if (scene.state === 'superseded' && scene.channel === 'push') return superseded(scene)
  return { mood: 'plain', heading: said(scene.state), text: said(`${scene.state}_how`), actions: ends }
}

function appealed(text: string, ends: Action[]): Outcome {
  return { mood: 'calm', heading: strings().result.appealed, text, actions: ends.length ? ends : ['appeals'] }
}

/** Return what superseded a message: a newer one, the cashier's phone, or nothing yet. */
function superseded(scene: Scene): Outcome {
  const kind = scene.superseded_by?.kind ?? 'message'
  const words: Record<string, string> = strings().result
  const heading = words[`superseded_${kind}`] ?? ''
  return { mood: kind === 'wait' ? 'wait' : 'plain', heading, text: words[`superseded_${kind}_how`] ?? '', actions: [] }
}

/** Return the result of a face check on 我的, which has no purchase, cashier or appeal. */
function ofOneself(scene: Scene, finished: FinishAnswer | null): Outcome {
  const { result } = strings()
  if (scene.state === 'passed') return { mood: 'good', heading: result.passed, text: result.passed_self, actions: ['mine'] }
  if (scene.state === 'declined') return { mood: 'plain', heading: result.declined, text: result.declined_self, actions: ['mine'] }
  const said = failed(scene, finished, [])
  const isOpen = scene.state === 'failed' || mayTry(scene)
  const actions: Action[] = mayTry(scene) ? ['retry', 'mine'] : ['mine']
  return isOpen ? { ...said, actions } : { mood: 'plain', heading: result.not_done, text: result.not_done_self, actions }
}

function passed(scene: Scene, ends: Action[]): Outcome {
  const { result } = strings()
  const actions: Action[] = scene.channel === 'push' ? ['remind'] : ends
  return { mood: 'good', heading: result.passed, text: result.passed_how, actions }
}

function failed(scene: Scene, finished: FinishAnswer | null, ends: Action[]): Outcome {
  const reason = finished?.reason ?? scene.reason ?? 'unknown'
  const own = scene.purpose === 'self'
  const { left, left_how, left_how_self } = strings().result
  if (finished?.hint === LEFT) return { mood: 'plain', heading: left, text: own ? left_how_self : left_how, actions: [...choices(scene, reason), ...ends] }
  const reasons: Record<string, string> = strings().reasons
  const hints: Record<string, string> = strings().hints
  const hint = hints[finished?.hint ?? ''] ?? ''
  const said = reasons[reason] ? reason : 'unknown'
  const text = `${(own && reasons[`${said}_self`]) || reasons[said]}${hint && fill(strings().result.also, { hint })}`
  return { mood: 'bad', heading: strings().result.failed, text, actions: [...choices(scene, reason), ...ends] }
}

function choices(scene: Scene, reason: string): Action[] {
  const retry: Action[] = mayTry(scene) ? ['retry'] : []
  const appeal: Action[] = scene.appeal.allowed && can(scene.state, 'appeal') ? ['appeal'] : []
  if (LEADS_TO_DOCUMENTS.includes(reason)) return ['other', ...retry, ...appeal]
  if (APPEALABLE.includes(reason) && !AHEAD_OF_APPEAL.includes(reason) && retry.length === 0) return [...appeal, 'other']
  return [...retry, ...appeal, 'other']
}

/** Tell whether another try may begin, by the server's clock. */
export function mayTry(scene: Scene): boolean {
  const inTime = Date.parse(scene.server_time) < Date.parse(scene.expires_at)
  return can(scene.state, 'challenge') && scene.tries_left > 0 && inTime
}
