import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { open as opened, pages, went } from './fake-page'

import { appealLine, consentLine } from '../../../miniprogram/services/mine'

const open = await pages(() => import('../../../miniprogram/pages/mine/mine'))

test('a consent and an appeal say at which shop', () => {
  const consent = { consent_id: 'c', institution: '第一药房', notice_version: '1', granted: true, created_at: '2026-11-24T10:00:00+00:00', withdrawn_at: null }
  assert.equal(consentLine(consent).note, '第一药房')
  assert.equal(consentLine({ ...consent, withdrawn_at: consent.created_at }).note, '第一药房 · 已撤回')
  const appeal = { appeal_id: 'a', institution: '第一药房', appeal_state: 'lodged', appeal_reason: 'other', created_at: consent.created_at, reviewed_at: null, wanted: [], wanted_note: null, wanted_until: null, may_send: false, answered_at: null } as const
  assert.match(appealLine(appeal).note, /^第一药房 · 2026-11-2[45] .* · 正在看$/)
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
