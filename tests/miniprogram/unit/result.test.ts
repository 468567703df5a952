import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import { answered, pages, server, went } from './fake-page'
import type { FinishAnswer } from '../../../miniprogram/services/contract'
import { rememberResult } from '../../../miniprogram/services/memory'

const SCENE = {
  scene: 's', channel: 'push', state: 'failed', server_time: '2026-11-24T10:00:00+00:00', expires_at: '2026-11-24T10:01:00+00:00',
  tries_left: 2, institution: '第一药房', amount_fen: 1, person: null, persons: [], provider: 'own', notice: { version: '1', text: '' },
  presence_code_needed: false, appeal: { allowed: true, until: null }, reason: 'not_matched', outcome: 'failed', hint: null,
}
const open = await pages(() => import('../../../miniprogram/pages/result/result'))
let sounds = 0

beforeEach(() => {
  sounds = 0
  rememberResult(null)
  wx.setInnerAudioOption = () => undefined
  wx.createInnerAudioContext = () => ({ stop: () => undefined, play: () => { sounds += 1 }, destroy: () => undefined })
})

test('what is answered after the page was closed is neither spoken nor asked for again', async () => {
  const answers = [{ ...SCENE, state: 'captured' }, { ...SCENE, state: 'passed' }]
  const { asked } = server({ 'GET attempts/s': () => answers.shift() as object })
  const page = open({ scene: 's' })
  page.onUnload()
  await new Promise((wait) => setTimeout(wait, 1100))
  assert.deepEqual([asked.length, sounds], [1, 0])
})

test('a result is shown at once the first time, and as it now stands when it is opened again', async () => {
  const { asked } = server({ 'GET attempts/s': () => ({ ...SCENE, expires_at: SCENE.server_time }) })
  rememberResult(SCENE as unknown as FinishAnswer)
  assert.deepEqual(open({ scene: 's' }).data.view.actions, ['retry', 'appeal', 'other'])
  assert.equal(asked.length, 0)
  const again = open({ scene: 's' })
  await answered()
  assert.deepEqual(again.data.view.actions, ['appeal', 'other'])
})

test('an answer that is lost while it is decided is asked for again', async () => {
  const answers = [{ ...SCENE, state: 'captured' }, 'cut', { ...SCENE, state: 'passed' }] as const
  let next = 0
  server({ 'GET attempts/s': () => answers[next++] as object })
  const page = open({ scene: 's' })
  await new Promise((wait) => setTimeout(wait, 2300))
  assert.deepEqual([next, page.data.phase, page.data.view.mood], [3, 'shown', 'good'])
})

test('that it failed may be heard, and what was in the way; why it failed is for the eyes', () => {
  for (const [reason, hint, heard] of [['not_matched', null, 'failed'], ['not_acquired', 'too_dark', 'too_dark']] as const) {
    const context = { src: '', stop: () => undefined, play: () => undefined, destroy: () => undefined }
    wx.createInnerAudioContext = () => context
    rememberResult({ ...SCENE, reason, hint } as unknown as FinishAnswer)
    open({ scene: 's' })
    assert.equal(context.src, `/voice/zh/${heard}.mp3`)
  }
})

test('two quick taps ask for one panel', async () => {
  let panels = 0
  wx.requestSubscribeMessage = () => void panels++
  rememberResult({ ...SCENE, state: 'passed', outcome: 'passed' } as unknown as FinishAnswer)
  const page = open({ scene: 's' })
  page.onRemind()
  page.onRemind()
  assert.equal(panels, 1)
})

test('whoever wants no face check can hand the cashier’s phone back, with nothing left on it', async () => {
  server({})
  const page = open({ scene: 's', other: 'qr' })
  assert.equal(page.data.borrowed, true)
  page.onHandBack()
  assert.deepEqual(went, ['/pages/cashier/cashier?done=1'])
  assert.equal(open({ scene: 's', other: 'push' }).data.borrowed, false)
})

test('after 返回上一步 the phone says so, waits, and goes on with the newer message by itself', async () => {
  const gone = { ...SCENE, state: 'superseded', superseded_by: { kind: 'wait', scene: null } }
  const answers = [gone, { ...gone, superseded_by: { kind: 'message', scene: 'newer' } }]
  server({ 'GET attempts/s': () => answers.shift() as object })
  const page = open({ scene: 's' })
  await answered()
  assert.equal(page.data.view.heading, '收费员已返回，请稍等')
  await new Promise((wait) => setTimeout(wait, 3100))
  assert.deepEqual(went, ['/pages/verify/verify?scene=newer'])
})

test('another try that comes too late is not led away: the page says that time is up', async () => {
  server({ 'GET attempts/s': () => ({ ...SCENE, expires_at: SCENE.server_time }) })
  rememberResult(SCENE as unknown as FinishAnswer)
  const page = open({ scene: 's' })
  await page.onRetry()
  assert.deepEqual([went, page.data.late, page.data.view.actions], [[], true, ['appeal', 'other']])
})

test('whoever turns to documents lets the counter know, again while nothing carries it', async () => {
  const answers = ['cut', {}] as const
  let next = 0
  const { asked } = server({ 'POST attempts/s/documents': () => answers[next++] as object })
  open({ scene: 's', other: 'push' })
  await new Promise((wait) => setTimeout(wait, 1300))
  assert.deepEqual(asked, ['POST attempts/s/documents', 'POST attempts/s/documents'])
})
