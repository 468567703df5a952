import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import type { Encoder } from '../../../miniprogram/capture/encoder'
import { Film } from '../../../miniprogram/capture/film'
import { plan } from '../../../miniprogram/capture/schedule'
import type { Audience, Stage } from '../../../miniprogram/capture/take'
import { lightUp } from '../../../miniprogram/capture/screen'
import { Take } from '../../../miniprogram/capture/take'
import { turnAt } from '../../../miniprogram/capture/turn'
import type { ChallengeAnswer } from '../../../miniprogram/services/contract'
import { asProblem, problem } from '../../../miniprogram/services/problem'

const CHALLENGE = {
  challenge_id: 'c', actions: ['smile'], colours: [{ rgb: '#FF0000', ms: 100 }],
  frame: { motion: { max_side: 320, quality: 0.5, fps: 5 }, evidence: { max_side: 640, quality: 0.8, at_ms: [300, 900] } },
} as unknown as ChallengeAnswer

let isCut = false
let batches: number[][] = []
let finishes = 0
let toTell: { rgb: string; ms: number }[] = []
let brightness: number[] = []

beforeEach(() => {
  isCut = false
  batches = []
  finishes = 0
  toTell = []
  brightness = []
  wx.login = ({ success }: { success: (answer: object) => void }) => success({ code: 'x' })
  wx.getScreenBrightness = ({ success }: { success: (answer: object) => void }) => success({ value: 0.4 })
  wx.setScreenBrightness = ({ value }: { value: number }) => void brightness.push(value)
  wx.setKeepScreenOn = () => undefined
  wx.getDeviceInfo = () => ({ platform: 'ios' })
  wx.request = (asked: { url: string; data: ArrayBuffer; success: (r: object) => void; fail: (told: object) => void }) => {
    if (isCut) return void setImmediate(() => asked.fail({ errMsg: 'request:fail timeout' }))
    setImmediate(() => asked.success({ statusCode: 200, header: {}, data: answerTo(asked.url, asked.data) }))
  }
})

function answerTo(url: string, body: ArrayBuffer): object {
  if (url.endsWith('/login')) return { token: 't', expires_in: 1 }
  if (url.endsWith('/finish')) return { outcome: 'passed', finishes: ++finishes }
  const meta = JSON.parse(/\[\{.*?\}\]/.exec(Buffer.from(body).toString('latin1'))![0]) as { seq: number }[]
  batches.push(meta.map((one) => one.seq))
  const colour = toTell.shift() ?? null
  return { hint: null, progress: [{ action: 'smile', done: batches.length > 1 }], colour }
}

/** A camera of 30 frames a second and an encoder that takes no time. */
function stage(): Stage {
  const encoder = { take: (_: unknown, __: number, ___: unknown, done: (jpeg: ArrayBuffer) => void) => (done(new ArrayBuffer(900)), true) }
  const onCameraFrame = (frame: (one: object) => void) => {
    let timer: ReturnType<typeof setInterval>
    return { start: () => { timer = setInterval(() => frame({ width: 2, height: 2, data: new ArrayBuffer(16) }), 33) }, stop: () => clearInterval(timer) }
  }
  return { camera: { onCameraFrame } as unknown as Stage['camera'], encoder: encoder as unknown as Encoder, mirrored: false, weak: false, clock: Date.now }
}

function audience() {
  const heard = { said: [] as string[], colours: [] as string[], network: [] as string[], deciding: 0 }
  const told: Audience = {
    guidance: ({ say }) => { if (heard.said.at(-1) !== say) heard.said.push(say) },
    colour: (rgb) => void heard.colours.push(rgb),
    network: (trouble) => { if (heard.network.at(-1) !== trouble) heard.network.push(trouble) },
    deciding: () => void heard.deciding++,
  }
  return { heard, told }
}

test('a take films, sends about once a second, tells what to do, and is decided', async () => {
  const { heard, told } = audience()
  const answer = await new Take(CHALLENGE, stage(), told).run()
  assert.equal(answer.outcome, 'passed')
  assert.deepEqual(heard.said.filter((say) => say !== 'done'), ['straight', 'smile'])
  assert.deepEqual(heard.colours.slice(0, 2), ['#FF0000', ''])
  assert.equal(heard.deciding, 1)
  assert.deepEqual(brightness, [1, 0.4])
  const seqs = batches.flat()
  assert.deepEqual(seqs, seqs.map((_, i) => i))
})

test('colours come one by one with the answers, and filming waits for the last of them', async () => {
  const { heard, told } = audience()
  toTell = ['#00FF00', '#0000FF', '#FFFF00'].map((rgb) => ({ rgb, ms: 100 }))
  await new Take(CHALLENGE, stage(), told).run()
  assert.deepEqual(heard.colours, ['#FF0000', '#00FF00', '#0000FF', '#FFFF00', ''])
  assert.ok(batches.length >= 4, String(batches.length))
})

test('cut in the middle, it sends what is missing when the network is back', async () => {
  const { heard, told } = audience()
  const take = new Take(CHALLENGE, stage(), told)
  const running = take.run()
  await new Promise((wait) => setTimeout(wait, 1200))
  isCut = true
  await new Promise((wait) => setTimeout(wait, 1500))
  isCut = false
  assert.equal((await running).outcome, 'passed')
  assert.ok(heard.network.includes('weak'))
  const seqs = batches.flat()
  assert.deepEqual(seqs, seqs.map((_, i) => i))
})

test('a slow network that carries something is never called cut', async () => {
  const { told } = audience()
  const clock = { ms: 0 }
  const take = new Take(CHALLENGE, { ...stage(), clock: () => clock.ms }, told)
  for (let seq = 0; seq < 30; seq++) add(take, seq)
  const concluding = take.conclude().then((answer) => answer.outcome as string, (thrown) => asProblem(thrown).code)
  const timer = setInterval(() => { clock.ms += 1_800 }, 40)
  wx.request = slowly(wx.request as Request, 200)
  assert.equal(await concluding, 'passed')
  assert.ok(clock.ms > 20_000, String(clock.ms))
  clearInterval(timer)
})

type Request = (asked: { url: string }) => void

function slowly(request: Request, ms: number): Request {
  return (asked) => void setTimeout(() => request(asked), ms)
}

function add(take: Take, seq: number) {
  const shot = { seq, tMs: seq * 200, kind: 'motion', mirrored: false, bytes: new ArrayBuffer(20_000) }
  ;(take as unknown as { uploader: { add: (one: object) => void } }).uploader.add(shot)
}

test('left, it ends at once and puts the screen back', async () => {
  const take = new Take(CHALLENGE, stage(), audience().told)
  const running = take.run().then(() => null, asProblem)
  await new Promise((wait) => setTimeout(wait, 300))
  take.cancel()
  assert.equal((await running)!.code, 'left')
  assert.deepEqual(brightness, [1, 0.4])
  assert.equal(finishes, 0)
})

test('left at the very first frame, no colour is shown any more', async () => {
  let begun = 0
  const { encoder, clock } = stage()
  const film = new Film(encoder, plan(CHALLENGE.frame, false), false, clock, { first: () => void begun++, shot: () => undefined })
  film.frame({ width: 2, height: 2, data: new ArrayBuffer(16) })
  film.stop()
  await new Promise((wait) => setTimeout(wait, 20))
  assert.equal(begun, 0)
})

test('each problem leads where the person can do something about it', () => {
  assert.deepEqual(turnAt(problem('offline'), 'own'), { to: 'screen', phase: 'cut' })
  assert.deepEqual(turnAt(problem('challenge_replaced', 409), 'own'), { to: 'screen', phase: 'left' })
  // Nobody has left: the screen says that it took a little long.
  assert.deepEqual(turnAt(problem('challenge_expired', 409), 'own'), { to: 'screen', phase: 'trouble' })
  assert.deepEqual(turnAt(problem('tries_used_up', 409), 'own'), { to: 'screen', phase: 'trouble' })
  assert.deepEqual(turnAt(problem('expired', 409), 'own'), { to: 'result' })
  assert.deepEqual(turnAt(problem('provider_mismatch', 409), 'own'), { to: 'provider', provider: 'wechat' })
  assert.deepEqual(turnAt(problem('busy', 503), 'own'), { to: 'screen', phase: 'trouble' })
})

test('on Android the brightness is given back to the phone, not set to what it was', () => {
  wx.getDeviceInfo = () => ({ platform: 'android' })
  lightUp()()
  assert.deepEqual(brightness, [1, -1])
})
