import * as api from './api'
import type { Answer, AppealRow, BindingRow, ConsentRow, RenewalRow, RequestRow } from './contract'
import { asProblem } from './problem'
import { explain, fill, strings } from './strings/index'

export type List = 'consents' | 'bindings' | 'appeals' | 'requests' | 'renewals'

/** Nothing refused. */
export const CLEAR = { error: '', needsPass: false }

/** One line of a list, its button ('' = none), and what that asks or, of a deletion, copies. */
export interface Line {
  id: string
  head: string
  note: string
  button: string
  sure: string
  answer?: Answer
  other?: Line
  pictures?: { src: string; label: string }[]
}

const two = (value: number) => String(value).padStart(2, '0')

/** Return the day of an instant in the phone's time zone. */
export function day(instant: string): string {
  const date = new Date(instant)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Return the day and minute of an instant in the phone's time zone. */
export function minute(instant: string): string {
  const date = new Date(instant)
  return `${day(instant)} ${two(date.getHours())}:${two(date.getMinutes())}`
}

export function consentLine(row: ConsentRow): Line {
  const { mine } = strings()
  const head = fill(row.granted ? mine.granted : mine.refused, { day: minute(row.created_at) })
  const may = row.granted && !row.withdrawn_at
  const note = row.withdrawn_at ? `${row.institution} · ${mine.withdrawn}` : row.institution
  return { id: row.consent_id, head, note, button: may ? mine.withdraw : '', sure: mine.withdraw_sure }
}

export function bindingLine(row: BindingRow): Line {
  const { mine } = strings()
  const note = `${fill(mine.bound, { day: day(row.created_at) })} · ${row.subscribed ? mine.subscribed : mine.not_subscribed}`
  return { id: row.binding_id, head: row.person.name, note, button: mine.unbind, sure: fill(mine.unbind_sure, { name: row.person.name }) }
}

export function appealLine(row: AppealRow): Line {
  const { mine, more, appeal } = strings()
  const states: Record<string, string> = mine
  const said = row.appeal_state === 'lodged' && row.wanted.length ? waiting(row) : (states[row.appeal_state] ?? '')
  const note = `${row.institution} · ${minute(row.created_at)} · ${said}`
  return { id: row.appeal_id, head: appeal[row.appeal_reason], note, button: row.may_send ? more.title : '', sure: '' }
}

export function requestLine(row: RequestRow): Line {
  const { mine } = strings()
  const said = { open: mine.open, done: mine.done, refused: mine.refused_request }[row.state]
  const note = fill(said, { day: day(row.closed_at ?? row.due_at) })
  return { id: row.request_id, head: mine[`request_${row.kind}`], note: [minute(row.asked_at), note, row.answer].filter(Boolean).join(' · '), button: row.receipt ? mine.receipt : '', sure: row.receipt ?? '' }
}

/** Return a new reference with both pictures and both answers, or after a yes the way back. */
export function renewalLine(row: RenewalRow): Line {
  const { mine } = strings()
  const offered = row.state === 'offered'
  const until = offered ? mine.renewal_until : row.may_revoke ? mine.renewal_back : ''
  const note = [row.institution, until && fill(until, { day: day(row.until) })].filter(Boolean).join(' · ')
  const words: Record<string, string> = mine
  const asks = (answer: Answer): Line => ({ id: `${row.renewal_id} ${answer}`, head: words[`renewal_${row.state}`] ?? '', note, button: mine[`renewal_${answer}`], sure: answer === 'yes' ? mine.renewal_yes_sure : mine.renewal_sure, answer })
  if (!offered) return row.may_revoke ? asks('revoke') : { ...asks('revoke'), button: '' }
  const seen = [{ src: row.old, label: mine.renewal_old }, { src: row.new, label: mine.renewal_new }]
  return { ...asks('yes'), other: asks('no'), pictures: seen.flatMap(({ src, label }) => (src ? [{ src, label }] : [])) }
}

/** Return the state of a reviewer's request as text. */
function waiting(row: AppealRow): string {
  const { mine, more } = strings()
  if (row.answered_at) return more.answered
  return row.may_send ? fill(more.until, { when: minute(row.wanted_until as string) }) : mine.lodged
}

/** Return the persons that this WeChat is bound to. */
export async function owners(): Promise<{ id: string; name: string }[]> {
  const { bindings } = await api.bindings()
  return bindings.map(({ person }) => ({ id: person.person_id, name: person.name }))
}

/** Return one of the lists on 我的. */
export async function lines(list: List): Promise<Line[]> {
  if (list === 'consents') return (await api.consents()).consents.map(consentLine)
  if (list === 'bindings') return (await api.bindings()).bindings.map(bindingLine)
  if (list === 'renewals') return (await api.renewals()).renewals.map(renewalLine)
  if (list === 'requests') return (await api.requests()).requests.map(requestLine)
  return (await api.appeals()).appeals.map(appealLine)
}

/** Return what to show of a refusal; where a recent face check is missing, it can be begun here. */
export function refusal(thrown: unknown): { error: string; needsPass: boolean } {
  const { code } = asProblem(thrown)
  return { error: explain(code, true), needsPass: code === 'recent_pass_needed' }
}
