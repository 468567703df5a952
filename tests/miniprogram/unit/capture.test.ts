import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { clockAt, wx } from './fake-wx'
import { answered, pages, server, went } from './fake-page'
import type { Encoder } from '../../../miniprogram/capture/encoder'
import { Precheck } from '../../../miniprogram/capture/precheck'
import { watchNetwork } from '../../../miniprogram/capture/network'
import { problem } from '../../../miniprogram/services/problem'
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
  for (const call of ['getNetworkType', 'onNetworkStatusChange', 'offNetworkStatusChange', 'onNetworkWeakChange', 'offNetworkWeakChange']) wx[call] = () => undefined
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
  wx.getAppAuthorizeSetting = () => ({ cameraAuthorized: 'authorized' })
  wx.getSetting = ({ success }: { success: (answer: object) => void }) => success({ authSetting: { 'scope.camera': false } })
  const { page } = await ready()
  page.onCameraLost({ type: 'error' })
  await answered()
  assert.equal(page.data.phase, 'denied')
})

test('a camera that the phone keeps from WeChat leads to the phone’s own settings, and on when it is given', async () => {
  let cameraAuthorized = 'denied'
  let opened = 0
  wx.getAppAuthorizeSetting = () => ({ cameraAuthorized })
  wx.openAppAuthorizeSetting = () => void opened++
  wx.openSetting = () => assert.fail('WeChat’s settings know nothing of it')
  const { page } = await ready()
  page.onCameraLost({ type: 'error' })
  await answered()
  assert.equal(page.data.phase, 'barred')
  await page.onSettings()
  page.onShow()
  assert.deepEqual([page.data.phase, opened], ['barred', 1])
  cameraAuthorized = 'authorized'
  page.onShow()
  await answered()
  assert.equal(page.data.phase, 'ready')
})

test('a camera that everybody allows is in use elsewhere: no settings, another try', async () => {
  wx.getAppAuthorizeSetting = () => ({ cameraAuthorized: 'authorized' })
  wx.getSetting = ({ success }: { success: (answer: object) => void }) => success({ authSetting: { 'scope.camera': true } })
  const { page } = await ready()
  page.onCameraLost({ type: 'error' })
  await answered()
  assert.equal(page.data.phase, 'occupied')
})

test('when no try is left today, none is offered', async () => {
  const { page } = await ready()
  page.stumble(problem('tries_used_up', 409))
  assert.deepEqual([page.data.phase, page.data.over], ['trouble', true])
  page.stumble(problem('challenge_expired', 409))
  assert.equal(page.data.over, false)
})

test('a second quick tap on 这个动作我做不了 neither swaps again nor ends the try', async () => {
  let swaps = 0
  const { page, asked } = await ready({ 'POST challenges/c/swap': () => (swaps++, CHALLENGE) })
  page.onStart()
  await answered()
  asked.hold = true
  const first = page.onHard()
  page.onHard()
  page.onOther()
  asked.give()
  await first
  await page.onHard()
  page.onOther()
  assert.deepEqual([swaps, page.data.note, page.data.cannot, went], [1, page.data.t.swapped, false, []])
  page.onUnload()
  await answered()
})

test('filming begins with the instruction in view', async () => {
  const scrolled: object[] = []
  wx.pageScrollTo = (to: object) => void scrolled.push(to)
  const { page } = await ready()
  page.onStart()
  await answered()
  assert.deepEqual(scrolled, [{ selector: '#say', duration: 0 }])
  page.onUnload()
  await answered()
})

test('Wi-Fi that becomes 3G is weak, and a late answer does not deny it', () => {
  let changed: (to: object) => void = () => undefined
  let answer: (to: object) => void = () => undefined
  wx.onNetworkStatusChange = (listener: typeof changed) => { changed = listener }
  wx.getNetworkType = ({ success }: { success: typeof answer }) => { answer = success }
  const network = watchNetwork()
  changed({ networkType: '3g' })
  answer({ networkType: 'wifi' })
  assert.equal(network.isWeak(), true)
  changed({ networkType: 'wifi' })
  assert.equal(network.isWeak(), false)
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
  page.swap.answeredAt = 0
  assert.deepEqual([page.data.note, page.data.cannot], [page.data.t.swapped, false])
  await page.onHard()
  assert.deepEqual([page.data.cannot, swaps.length], [true, 0])
  page.onUnload()
  await answered()
})

function looking(reply: () => object | number, encodingMs = 0) {
  const asked = server({ 'POST attempts/s/precheck': reply }).asked
  const clock = clockAt()
  let frame = (_: object): void => undefined
  const camera = { onCameraFrame: (listener: typeof frame) => ((frame = listener), { start: () => undefined, stop: () => undefined }) }
  const take = (_: unknown, __: number, ___: unknown, done: (jpeg: ArrayBuffer) => void) => {
    clock.tick(encodingMs)
    done(new ArrayBuffer(9))
    return true
  }
  const encoder = { take }
  const heard: (string | null)[] = []
  const stage = (weak: boolean) => ({ camera, encoder: encoder as unknown as Encoder, mirrored: false, weak, clock: clock.now }) as unknown as Stage
  const look = async (ms: number) => {
    clock.tick(ms)
    frame({ width: 8, height: 8, data: new ArrayBuffer(256) })
    await answered()
  }
  return { asked, stage, look, heard, precheck: new Precheck('s', (hint) => heard.push(hint)) }
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

test('a phone that films under 3.3 frames a second is called slow before the try, one that was slow once is not', async () => {
  const cases = [
    { encodingMs: 50, gaps: [400, 60, 400], slow: false },
    { encodingMs: 320, gaps: [60, 60, 60], slow: true },
    { encodingMs: 50, gaps: [340, 340, 340], slow: true },
  ]
  for (const { encodingMs, gaps, slow } of cases) {
    const { stage, look, heard, precheck } = looking(() => ({ hint: null }), encodingMs)
    await precheck.start(Promise.resolve(stage(false)))
    for (const gap of gaps) {
      await look(10_000)
      await look(gap)
    }
    precheck.stop()
    assert.deepEqual(heard, [null, ...gaps.slice(1).map(() => (slow ? 'slow' : null))])
  }
})

test('an obstacle in the picture is said before a slow phone', async () => {
  const { stage, look, heard, precheck } = looking(() => ({ hint: 'too_far' }), 400)
  await precheck.start(Promise.resolve(stage(false)))
  for (let i = 0; i < 6; i++) await look(10_000)
  precheck.stop()
  assert.deepEqual(new Set(heard), new Set(['too_far']))
})

test('a camera whose frames cannot be had yet is asked again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let starts = 0
  const start = ({ fail }: { fail: () => void }) => void ((starts += 1) < 3 && fail())
  const camera = { onCameraFrame: () => ({ start, stop: () => undefined }) }
  const precheck = new Precheck('s', () => undefined)
  await precheck.start(Promise.resolve({ camera, clock: () => 0 } as unknown as Stage))
  for (let i = 0; i < 4; i++) t.mock.timers.tick(1_500)
  assert.equal(starts, 3)
  precheck.stop()
})

test('a look that was stopped before the camera was there never begins', async () => {
  const { asked, stage, look, precheck } = looking(() => ({ hint: null }))
  const begun = precheck.start(Promise.resolve(stage(false)))
  precheck.stop()
  await begun
  await look(10_000)
  assert.equal(asked.length, 0)
})
