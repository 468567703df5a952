import type { StaffAnswer } from './contract'
import { fill, strings } from './strings/index'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** Return where and when a member of staff may open codes; empty lists mean no restriction. */
export function duty(answer: Pick<StaffAnswer, 'counters' | 'shifts'>): string[] {
  const { staff } = strings()
  const counters = answer.counters.join(' · ')
  const shifts = answer.shifts.map((shift) => readable(shift, staff.days.split(' '))).join(' · ')
  return [counters ? fill(staff.counters, { counters }) : staff.every_counter, shifts ? fill(staff.shifts, { shifts }) : staff.always]
}

/** Return a shift such as mon,tue,wed 08:00-17:30 with its days in words, neighbours joined. */
function readable(shift: string, words: string[]): string {
  const [listed, hours] = shift.split(' ') as [string, string]
  const runs: number[][] = []
  for (const day of listed.split(',').map((name) => DAYS.indexOf(name))) {
    const run = runs[runs.length - 1]
    if (run && run[run.length - 1] === day - 1) run.push(day)
    else runs.push([day])
  }
  const named = runs.map((run) => [run[0], ...run.slice(1).slice(-1)].map((day) => words[day as number]).join('–'))
  return `${named.join(' ')} ${hours}`
}
