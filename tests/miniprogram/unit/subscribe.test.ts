import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { answered, open as opened, pages, server, went } from './fake-page'

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

async function asked() {
  server({ 'GET subscriptions': () => ({ template_id: 'T' }), 'GET me/bindings': () => ({ bindings: [{}] }) })
  const page = open()
  await answered()
  return page
}

test('two quick taps open one panel', async () => {
  let panels = 0
  wx.requestSubscribeMessage = () => void panels++
  const page = await asked()
  page.onOpen()
  page.onOpen()
  assert.equal(panels, 1)
})

test('a refusal that WeChat remembers leads to its settings, any other to the panel again', async () => {
  wx.requestSubscribeMessage = ({ success }: { success: (said: object) => void }) => success({ T: 'reject' })
  for (const [itemSettings, forever] of [[{ T: 'reject' }, true], [{}, false], [undefined, false]] as const) {
    wx.getSetting = ({ success }: { success: (said: object) => void }) => success({ subscriptionsSetting: { mainSwitch: true, itemSettings } })
    const page = await asked()
    page.onOpen()
    await answered()
    assert.deepEqual([page.data.phase, page.data.forever], ['refused', forever])
  }
})

test('later leads back to where one came from, or to the home page', async () => {
  const page = await asked()
  page.onLater()
  opened.pages = 2
  page.onLater()
  opened.pages = 1
  assert.deepEqual(went, ['/pages/verify/verify', 'back'])
})
