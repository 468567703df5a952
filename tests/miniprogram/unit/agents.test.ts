import assert from 'node:assert/strict'
import { test } from 'node:test'
import './fake-wx'
import { bought } from '../../../miniprogram/services/agents'
import type { AgencyRow } from '../../../miniprogram/services/contract'
import { duty } from '../../../miniprogram/services/duty'
import { minute } from '../../../miniprogram/services/mine'
import { zh } from '../../../miniprogram/services/strings/zh'

const row = (changes: Partial<AgencyRow> = {}): AgencyRow => ({
  agency_id: 'a', institution: '第一药房', amount_fen: 12850, agent: { name: '李*国', relation: '护工' },
  result: 'passed', created_at: '2026-11-24T02:05:00+00:00', disputed_at: null, finding: null, ...changes,
})

test('a purchase is shown with who, where, how much, when and what became of it', () => {
  const shown = bought(row())
  assert.deepEqual([shown.who, shown.relation, shown.where, shown.amount], ['李*国', '护工', '第一药房', '128.50 元'])
  assert.deepEqual([shown.when, shown.result, shown.said], [minute(row().created_at), zh.agents.passed, ''])
  assert.match(shown.when, /^2026-11-2[345] \d\d:\d5$/)
})

test('every way a purchase can go through has its words, and no other state shows a code', () => {
  const results = (['passed', 'appealed', 'bypassed'] as const).map((result) => bought(row({ result })).result)
  assert.equal(new Set(results.filter(Boolean)).size, 3)
  assert.equal(bought(row({ result: 'lapsed' })).result, '')
})

test('what was said is shown with its time', () => {
  const at = '2026-11-24T03:00:00+00:00'
  assert.equal(bought(row({ disputed_at: at })).said, minute(at))
})

test('what the operator found has its words', () => {
  const found = [null, 'unauthorised', 'authorised'] as const
  assert.deepEqual(found.map((finding) => bought(row({ finding })).found), ['', zh.agents.unauthorised, zh.agents.authorised])
})

test('staff read where and when they may open codes; nothing named is everywhere and always', () => {
  assert.deepEqual(duty({ counters: [], shifts: [] }), [zh.staff.every_counter, zh.staff.always])
  assert.deepEqual(duty({ counters: ['1号台', '2号台'], shifts: ['mon,tue,wed,thu,fri 08:00-17:30', 'mon,sat,sun 22:00-06:00'] }), [
    '收银台：1号台 · 2号台',
    '班次：周一–周五 08:00-17:30 · 周一 周六–周日 22:00-06:00',
  ])
})
