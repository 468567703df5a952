import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCharacter, grouped, judge } from '../../../miniprogram/services/idnumber'
import type { IdType } from '../../../miniprogram/services/contract'
import shared from '../../models/domain/idnumbers.json'

const TODAY = new Date(2026, 10, 24)

test('the check character is that of the standard’s own example', () => {
  assert.equal(checkCharacter('11010519491231002'), 'X')
})

for (const [idType, text, wanted] of shared as [IdType, string, string | null][]) {
  test(`${idType} ${JSON.stringify(text)} is ${wanted ? 'right' : 'not right'}`, () => {
    const typed = judge(idType, text, TODAY)
    if (wanted) assert.deepEqual(typed, { state: 'right', number: wanted })
    else assert.notEqual(typed.state, 'right')
  })
}

test('while it is typed a number is incomplete, never wrong too early', () => {
  const number = '11010519491231002X'
  for (let length = 1; length < 18; length++) {
    assert.equal(judge('resident', number.slice(0, length), TODAY).state, 'incomplete', number.slice(0, length))
  }
})

test('what can no longer become right is wrong at once', () => {
  assert.equal(judge('resident', '1101A', TODAY).state, 'wrong')
  assert.equal(judge('resident', '110105194912310021', TODAY).state, 'wrong')
  assert.equal(judge('resident', '', TODAY).state, 'empty')
})

test('nobody is born after today', () => {
  const born = (day: string) => `110105${day}002`
  const today = born('20261124')
  const tomorrow = born('20261125')
  assert.equal(judge('resident', today + checkCharacter(today), TODAY).state, 'right')
  assert.equal(judge('resident', tomorrow + checkCharacter(tomorrow), TODAY).state, 'wrong')
})

test('a number is echoed in groups that can be read against the card', () => {
  assert.equal(grouped('11010519491231002x'), '110105 19491231 002X')
  assert.equal(grouped('1101'), '1101')
})
