import assert from 'node:assert/strict'
import { test } from 'node:test'
import './fake-wx'
import type { ListedPerson } from '../../../miniprogram/services/contract'
import { day } from '../../../miniprogram/services/mine'
import { RELATIONS, relationSent, relationShown, rows } from '../../../miniprogram/services/persons'
import { inLanguage } from '../../../miniprogram/services/strings/index'
import { zh } from '../../../miniprogram/services/strings/zh'

const person = (changes: Partial<ListedPerson>) =>
  ({ person_id: 'p', name: '李*国', relation: '本人', sex: '男', age: 58, network: 'self', not_filmed: null, enrolled: true, subscribed: true, ...changes }) as ListedPerson

test('who may be filmed can be picked; a child’s parent is, without a photo documents are', () => {
  const [man, child, faceless] = rows([person({}), person({ age: 13, not_filmed: 'guardian_needed' }), person({ enrolled: false })])
  assert.deepEqual([man!.usable, child!.usable, faceless!.usable], [true, false, false])
  assert.equal(child!.why, zh.problems.guardian_needed)
  assert.equal(faceless!.why, zh.cashier.no_photo)
})

test('a minor shows a document, unless the server lets minors be filmed', () => {
  const [shows, filmed] = rows([person({ age: 15, not_filmed: 'minor_not_filmed' }), person({ age: 15 })])
  assert.deepEqual([shows!.usable, shows!.why], [false, zh.problems.minor_not_filmed])
  assert.equal(filmed!.usable, true)
})

test('the relation is recorded in Chinese', () => {
  assert.equal(relationSent(RELATIONS.indexOf('carer')), '护工')
  assert.equal(relationSent(-1), '')
  assert.deepEqual(['self', ...RELATIONS], Object.keys(zh.relations))
})

test('a recorded relation is shown in the phone’s language, a word it does not know as it is', () => {
  const { relations } = inLanguage('en')
  assert.equal(relationShown('配偶', relations), 'Spouse')
  assert.equal(relationShown('姑母', relations), '姑母')
  assert.equal(relationShown('本人'), '本人')
})

test('a day is that of this phone’s calendar', () => {
  assert.match(day('2026-11-24T10:00:00+00:00'), /^2026-11-2[45]$/)
})
