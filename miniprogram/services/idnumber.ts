import type { IdType } from './contract'

/** Validity of a number while it is typed. */
export type Typed = { state: 'empty' | 'incomplete' | 'wrong' } | { state: 'right'; number: string }

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK_CHARACTERS = '10X98765432'
const EIGHTEEN = /^[0-9]{17}[0-9X]$/
const ALSO_EIGHTEEN: readonly IdType[] = ['resident', 'hk_macao_taiwan', 'foreign_permanent']
const OTHER_FORMS: Partial<Record<IdType, RegExp>> = {
  hk_macao_taiwan: /^([HM][0-9]{8}([0-9]{2})?|[0-9]{8})$/,
  foreign_permanent: /^[A-Z]{3}[0-9]{12}$/,
  passport: /^[A-Z0-9]{5,17}$/,
  birth_certificate: /^[A-Z][0-9]{9}$/,
}

/** Return typed or pasted text in canonical form: half-width, upper case, without blanks, hyphens and quotes. */
export function canonical(text: string): string {
  return text.normalize('NFKC').replace(/[\s\p{Cf}\p{Pd}='"`‘’“”]/gu, '').toUpperCase().replace(/^([0-9]{17})[×ХΧ]$/, '$1X')
}

/** Return a number in groups that can be read against a card: region, birth, the rest. */
export function grouped(text: string): string {
  const number = canonical(text)
  return [number.slice(0, 6), number.slice(6, 14), number.slice(14)].filter(Boolean).join(' ')
}

/** Return the 18th character of 17 digits (ISO 7064 MOD 11-2, GB 11643-1999). */
export function checkCharacter(seventeen: string): string {
  const total = WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(seventeen[i]), 0)
  return CHECK_CHARACTERS[total % 11] as string
}

/** Judge a number as typed so far: it is wrong only if no further digits could make it valid. */
export function judge(idType: IdType, text: string, today: Date): Typed {
  const number = canonical(text)
  if (number === '') return { state: 'empty' }
  if (ALSO_EIGHTEEN.includes(idType) && EIGHTEEN.test(number)) {
    const fits = checkCharacter(number) === number[17] && isBirth(number.slice(6, 14), today)
    return fits ? { state: 'right', number } : { state: 'wrong' }
  }
  if (OTHER_FORMS[idType]?.test(number)) return { state: 'right', number }
  return { state: mayBecomeRight(idType, number) ? 'incomplete' : 'wrong' }
}

function mayBecomeRight(idType: IdType, number: string): boolean {
  if (idType === 'resident') return /^[0-9]{1,17}$/.test(number)
  return number.length < 18 && /^[A-Z0-9]+$/.test(number)
}

function isBirth(digits: string, today: Date): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exists && year >= 1850 && date.getTime() <= Date.UTC(today.getFullYear(), today.getMonth(), today.getDate())
}
