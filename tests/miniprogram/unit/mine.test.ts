import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { open as opened, pages, went } from './fake-page'

const open = await pages(() => import('../../../miniprogram/pages/mine/mine'))

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
