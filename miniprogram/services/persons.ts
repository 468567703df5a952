import type { IdType, ListedPerson } from './contract'
import { fill, strings } from './strings/index'
import { zh } from './strings/zh'

/** One row of the cashier's list. */
export interface Row {
  id: string
  name: string
  relation: string
  detail: string
  own: boolean
  usable: boolean
  why: string
}

type Relation = keyof typeof zh.relations

export const ID_TYPES: readonly IdType[] = ['resident', 'hk_macao_taiwan', 'foreign_permanent', 'passport', 'birth_certificate']
export const RELATIONS: readonly Relation[] = ['spouse', 'parent', 'child', 'sibling', 'relative', 'carer', 'community', 'other']

/** Return the relation as recorded: always the Chinese word, in any language of the phone. */
export function relationSent(index: number): string {
  const relation = RELATIONS[index]
  return relation ? zh.relations[relation] : ''
}

/** Return a recorded relation in the phone's language; the directory may contain words unknown here. */
export function relationShown(word: string, words = strings().relations): string {
  const known = (Object.keys(zh.relations) as Relation[]).find((relation) => zh.relations[relation] === word)
  return known ? words[known] : word
}

/** Return the person an agent buys for, as shown on the phone; '' for an own purchase. */
export function forWhom(scene: { person: { relation: string | null } | null; cardholder?: string }): string {
  const relation = scene.person?.relation
  return relation && relation !== zh.relations.self ? (scene.cardholder ?? '') : ''
}

/** Return the list as it is shown. */
export function rows(persons: readonly ListedPerson[]): Row[] {
  return persons.map((person) => ({
    id: person.person_id,
    name: person.name,
    relation: relationShown(person.relation),
    own: person.network === 'self',
    detail: person.age === null ? '' : fill(strings().cashier.years, { age: person.age }),
    ...usable(person),
  }))
}

/** Tell whether this person may be filmed, and if not, what to do instead. */
function usable(person: ListedPerson): { usable: boolean; why: string } {
  const { cashier, problems } = strings()
  if (person.not_filmed) return { usable: false, why: problems[person.not_filmed] }
  return person.enrolled ? { usable: true, why: '' } : { usable: false, why: cashier.no_photo }
}
