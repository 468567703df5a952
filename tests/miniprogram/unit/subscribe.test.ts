import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answered, pages, server } from './fake-page'

const open = await pages(() => import('../../../miniprogram/pages/subscribe/subscribe'))

test('whoever has said who they are is not asked again', async () => {
  server({ 'GET subscriptions': () => ({ template_id: 'T' }), 'GET me/bindings': () => ({ bindings: [] }) })
  const page = open()
  await answered()
  assert.equal(page.isBound, false)
  page.setData({ name: '李思雨', number: '11010119491231002X' })
  await page.onBind()
  assert.deepEqual([page.data.phase, page.isBound], ['done', true])
})
