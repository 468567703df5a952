import type { AgencyRow } from './contract'
import { minute } from './mine'
import { amount } from './money'
import { strings } from './strings/index'

/** An agent's purchase as shown; `said` is when it was disputed, `found` the finding, or empty. */
export interface Bought {
  id: string
  who: string
  relation: string
  where: string
  amount: string
  when: string
  result: string
  said: string
  found: string
}

export function bought(row: AgencyRow): Bought {
  const { agents } = strings()
  const words: Record<string, string> = agents
  return {
    id: row.agency_id,
    who: row.agent.name,
    relation: row.agent.relation,
    where: row.institution,
    amount: amount(row.amount_fen),
    when: minute(row.created_at),
    result: words[row.result] ?? '',
    said: row.disputed_at ? minute(row.disputed_at) : '',
    found: row.finding ? (words[row.finding] ?? '') : '',
  }
}
