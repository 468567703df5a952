import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { answered, open as opened, pages, server, went } from './fake-page'

import { appealLine, consentLine, renewalLine, requestLine } from '../../../miniprogram/services/mine'

const open = await pages(() => import('../../../miniprogram/pages/mine/mine'))

test('a consent and an appeal say at which shop', () => {
  const consent = { consent_id: 'c', institution: '第一药房', notice_version: '1', granted: true, created_at: '2026-11-24T10:00:00+00:00', withdrawn_at: null }
  assert.equal(consentLine(consent).note, '第一药房')
  assert.equal(consentLine({ ...consent, withdrawn_at: consent.created_at }).note, '第一药房 · 已撤回')
  const appeal = { appeal_id: 'a', institution: '第一药房', appeal_state: 'lodged', appeal_reason: 'other', created_at: consent.created_at, reviewed_at: null, wanted: [], wanted_note: null, wanted_until: null, may_send: false, answered_at: null } as const
  assert.match(appealLine(appeal).note, /^第一药房 · 2026-11-2[45] .* · 正在看$/)
})

test('a request says until when it is answered, then how, and a deletion gives its proof', () => {
  const row = { request_id: 'r', kind: 'correct', state: 'open', asked_at: '2026-11-24T04:00:00+00:00', due_at: '2026-12-09T04:00:00+00:00', closed_at: null, answer: null, receipt: null } as const
  assert.match(requestLine(row).note, /^2026-11-24 .* · 正在办，最晚 2026-12-09 答复$/)
  const refused = requestLine({ ...row, state: 'refused', closed_at: '2026-11-30T04:00:00+00:00', answer: '与身份证一致' })
  assert.deepEqual([refused.note.slice(19), refused.button], ['2026-11-30 没有更正 · 与身份证一致', ''])
  const deleted = requestLine({ ...row, kind: 'delete', state: 'done', closed_at: row.asked_at, receipt: 'a.b.c' })
  assert.deepEqual([deleted.head, deleted.sure, deleted.button], ['删除人脸', 'a.b.c', '复制删除凭据'])
})

test('what could not be copied is not called copied', () => {
  wx.setClipboardData = ({ fail }: { fail: () => void }) => fail()
  const page = open()
  page.onCopy()
  assert.deepEqual([page.data.copied, page.data.error], [false, page.data.t.copy_failed])
})

test('other pages lie on top of this one, so the way back leads here', () => {
  const page = open()
  page.onAgents()
  opened.pages = 2
  page.onHome()
  opened.pages = 1
  assert.deepEqual(went, ['/pages/agents/agents', 'back'])
})

const RENEWAL = { renewal_id: 'r', state: 'offered', institution: '第一药房', offered_at: '2026-11-24T04:00:00+00:00', until: '2026-12-24T04:00:00+00:00', may_revoke: false, old: 'data:o', new: 'data:n' } as const

test('a new photo is shown beside the old one, and answered after a question', async () => {
  const told = server({
    'GET me/renewals': () => ({ renewals: [RENEWAL] }),
    'POST me/renewals/r': () => ({ ...RENEWAL, state: 'declined' }),
  })
  const page = open({ list: 'renewals' })
  await answered()
  assert.deepEqual(page.data.lines[0].pictures.map((one: { src: string }) => one.src), ['data:o', 'data:n'])
  page.onAsk({ currentTarget: { dataset: { id: 'r no' } } })
  assert.deepEqual(told.asked, ['GET me/renewals'])
  await page.onYes()
  assert.deepEqual(told.asked.slice(1), ['POST me/renewals/r', 'GET me/renewals'])
  assert.deepEqual(told.sent[1], { answer: 'no' })
})

test('what is decided cannot be asked again, but a yes can be taken back in time', () => {
  const taken = renewalLine({ ...RENEWAL, state: 'accepted', may_revoke: true, old: null, new: null })
  assert.deepEqual([taken.button, taken.id, taken.other], ['换回以前的照片', 'r revoke', undefined])
  for (const state of ['accepted', 'declined', 'expired', 'revoked', 'erased'] as const) {
    const line = renewalLine({ ...RENEWAL, state })
    assert.ok(line.head && !line.button && !line.pictures, state)
  }
})
