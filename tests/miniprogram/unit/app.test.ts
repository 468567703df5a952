import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { open, went } from './fake-page'
import { visit } from '../../../miniprogram/services/navigation'

let app: Record<string, (told?: string) => void> = {}
Object.assign(globalThis, { App: (defined: typeof app) => { app = defined } })
await import('../../../miniprogram/app')

test('a new version waits until no purchase is under way', () => {
  let ready = () => undefined as void
  let applied = 0
  wx.getUpdateManager = () => ({ onUpdateReady: (then: () => void) => { ready = then }, applyUpdate: () => { applied += 1 } })
  const onTop = (route: string) => Object.assign(globalThis, { getCurrentPages: () => [{ route }] })
  app.onLaunch!()
  onTop('pages/capture/capture')
  ready()
  assert.equal(applied, 0)
  onTop('pages/mine/mine')
  ready()
  assert.equal(applied, 1)
})

test('a page that is gone opens the first one, and an error is told to the developers', () => {
  went.length = 0
  const logged: string[] = []
  wx.getRealtimeLogManager = () => ({ error: (_: string, message: string) => void logged.push(message) })
  app.onPageNotFound!()
  app.onError!('x'.repeat(900))
  assert.deepEqual([went, logged.map((one) => one.length)], [['/pages/verify/verify'], [500]])
})

test('WeChat opens no eleventh page, so from the ninth on one takes the place of the last', () => {
  for (const [pages, way] of [[8, 'navigateTo'], [9, 'redirectTo']] as const) {
    Object.assign(globalThis, { getCurrentPages: () => Array(pages).fill({}) })
    const ways: string[] = []
    for (const one of ['navigateTo', 'redirectTo']) wx[one] = () => void ways.push(one)
    visit('mine')
    assert.deepEqual(ways, [way])
  }
  open.pages = 1
})
