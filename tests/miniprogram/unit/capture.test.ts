import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { clockAt, wx } from './fake-wx'
import { answered, pages, server, went } from './fake-page'
import type { Encoder } from '../../../miniprogram/capture/encoder'
import { Precheck } from '../../../miniprogram/capture/precheck'
import type { Stage } from '../../../miniprogram/capture/take'

const SCENE = {
  scene: 's', channel: 'push', state: 'consented', server_time: '2026-11-24T10:00:00+00:00', expires_at: '2026-11-24T10:01:00+00:00',
  tries_left: 3, institution: '第一药房', amount_fen: 1, person: null, persons: [], provider: 'own', notice: { version: '1', text: '' },
  presence_code_needed: false, appeal: { allowed: false, until: null }, reason: null,
}
const CHALLENGE = {
  ...SCENE, state: 'challenged', challenge_id: 'c', actions: ['smile'], colours: [],
  frame: { motion: { max_side: 320, quality: 0.5, fps: 5 }, evidence: { max_side: 640, quality: 0.8, at_ms: [300] } },
}
const open = await pages(() => import('../../../miniprogram/pages/capture/capture'))
let frames = 0

/** A phone whose camera gives no picture; `frames` counts who still listens to it. */
beforeEach(() => {
  frames = 0
  wx.requirePrivacyAuthorize = ({ success }: { success: () => void }) => success()
  wx.getNetworkType = wx.onNetworkWeakChange = wx.offNetworkWeakChange = () => undefined
  wx.getDeviceInfo = () => ({ platform: 'android', model: 'phone' })
  wx.getScreenBrightness = wx.setScreenBrightness = wx.setKeepScreenOn = () => undefined
  wx.setInnerAudioOption = () => undefined
  wx.createInnerAudioContext = () => ({ stop: () => undefined, play: () => undefined, destroy: () => undefined })
  wx.createCameraContext = () => ({ onCameraFrame: () => ({ start: () => { frames += 1 }, stop: () => { frames -= 1 } }) })
})

async function ready(replies: Parameters<typeof server>[0] = {}) {
  const asked = server({ 'GET attempts/s': () => SCENE, 'POST attempts/s/challenges': () => CHALLENGE, ...replies })
  const page = open({ scene: 's' })
  const found = (done: (nodes: object[]) => void) => done([{ node: {} }])
  page.createSelectorQuery = () => ({ select: () => ({ fields: () => ({ exec: found }) }) })
  await answered()
  page.onCameraReady()
  await answered()
  assert.deepEqual([page.data.phase, frames], ['ready', 1])
  return { page, asked }
}

test('a camera that WeChat stops was not refused: one is filmed once more', async () => {
  const { page } = await ready()
  page.onCameraLost({ type: 'stop' })
  assert.deepEqual([page.data.phase, page.data.mounted, frames], ['left', false, 0])
})

test('a camera that is refused leads to the settings', async () => {
  const { page } = await ready()
  page.onCameraLost({ type: 'error' })
  assert.equal(page.data.phase, 'denied')
})

test('a camera that stops while the server decides changes nothing', async () => {
  const { page } = await ready()
  page.data.phase = 'deciding'
  page.onCameraLost({ type: 'stop' })
  assert.equal(page.data.phase, 'deciding')
})

test('who leaves while a try is drawn is not filmed behind their back', async () => {
  const { page, asked } = await ready()
  asked.hold = true
  page.onStart()
  await answered()
  page.onHide()
  asked.give()
  await answered()
  assert.deepEqual([page.data.phase, page.take, frames], ['ready', null, 0])
  page.onShow()
  await answered()
  assert.deepEqual([page.data.busy, frames], [false, 1])
})

test('what is decided after the page was closed leads nowhere', async () => {
  const { page } = await ready()
  const decided = page.conclude(new Promise((resolve) => setTimeout(() => resolve({ ...SCENE, state: 'passed' }), 10)))
  page.onUnload()
  await decided
  assert.deepEqual(went, [])
})

test('a scene that is read after the page was closed leads nowhere', async () => {
  const asked = server({ 'GET attempts/s': () => ({ ...SCENE, state: 'passed' }) })
  const page = open({ scene: 's' })
  page.onUnload()
  await answered()
  assert.deepEqual([asked.asked, went], [['GET attempts/s'], []])
})

test('two quick taps after the network was cut send what was filmed once', async () => {
  const { page } = await ready()
  let concluded = 0
  const conclude = () => {
    concluded += 1
    page.setData({ phase: 'deciding' })
    return new Promise(() => undefined)
  }
  page.setData({ phase: 'cut' })
  page.take = { conclude, cancel: () => undefined }
  page.onAgain()
  page.onAgain()
  assert.deepEqual([concluded, page.data.phase], [1, 'deciding'])
})

test('when the time is over nobody is filmed in vain', async () => {
  server({ 'GET attempts/s': () => ({ ...SCENE, state: 'failed', tries_left: 2, expires_at: SCENE.server_time }) })
  open({ scene: 's' })
  await answered()
  assert.deepEqual(went, ['/pages/result/result?scene=s'])
})

test('an action can be changed once; a change that did not arrive is none', async () => {
  const swaps: (object | 'cut')[] = ['cut', CHALLENGE]
  const { page } = await ready({ 'POST challenges/c/swap': () => swaps.shift() ?? {} })
  page.onStart()
  await answered()
  await page.onHard()
  assert.equal(page.data.cannot, false)
  await page.onHard()
  assert.deepEqual([page.data.note, page.data.cannot], [page.data.t.swapped, false])
  await page.onHard()
  assert.deepEqual([page.data.cannot, swaps.length], [true, 0])
  page.onUnload()
  await answered()
})

function looking(reply: () => object | number) {
  const asked = server({ 'POST attempts/s/precheck': reply }).asked
  const clock = clockAt()
  let frame = (_: object): void => undefined
  const camera = { onCameraFrame: (listener: typeof frame) => ((frame = listener), { start: () => undefined, stop: () => undefined }) }
  const encoder = { take: (_: unknown, __: number, ___: unknown, done: (jpeg: ArrayBuffer) => void) => (done(new ArrayBuffer(9)), true) }
  const stage = (weak: boolean) => ({ camera, encoder: encoder as unknown as Encoder, mirrored: false, weak, clock: clock.now }) as unknown as Stage
  const look = async (ms: number) => {
    clock.tick(ms)
    frame({})
    await answered()
  }
  return { asked, stage, look, precheck: new Precheck('s', () => undefined) }
}

test('once the scene is over no face is sent any more', async () => {
  const { asked, stage, look, precheck } = looking(() => 409)
  await precheck.start(Promise.resolve(stage(false)))
  for (let i = 0; i < 3; i++) await look(10_000)
  assert.equal(asked.length, 1)
})

test('the longer it takes the less often a face is sent, and seldom on a weak network', async () => {
  for (const [weak, most] of [[false, 12], [true, 6]] as const) {
    const { asked, stage, look, precheck } = looking(() => ({ hint: 'no_face' }))
    await precheck.start(Promise.resolve(stage(weak)))
    for (let i = 0; i < 60; i++) await look(500)
    assert.ok(asked.length > 3 && asked.length <= most, `${weak}: ${asked.length}`)
    precheck.stop()
  }
})

test('a look that was stopped before the camera was there never begins', async () => {
  const { asked, stage, look, precheck } = looking(() => ({ hint: null }))
  const begun = precheck.start(Promise.resolve(stage(false)))
  precheck.stop()
  await begun
  await look(10_000)
  assert.equal(asked.length, 0)
})
