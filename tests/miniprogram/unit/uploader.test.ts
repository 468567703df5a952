import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockAt, settled } from './fake-wx'
import type { Shot } from '../../../miniprogram/capture/batch'
import { Uploader } from '../../../miniprogram/capture/uploader'
import { problem } from '../../../miniprogram/services/problem'

const shot = (seq: number): Shot => ({ seq, tMs: seq * 200, kind: 'motion', mirrored: false, bytes: new ArrayBuffer(8) })

function sending() {
  const clock = clockAt()
  const sent: number[][] = []
  let answer: () => Promise<{ hint: null; progress: [] }> = () => Promise.resolve({ hint: null, progress: [] })
  const uploader = new Uploader(
    (shots) => {
      sent.push(shots.map((one) => one.seq))
      return answer()
    },
    () => undefined,
    clock.now,
  )
  return { clock, sent, uploader, answerWith: (next: typeof answer) => { answer = next } }
}

test('frames go about once a second', async () => {
  const { clock, sent, uploader } = sending()
  for (let i = 0; i < 15; i++) {
    uploader.add(shot(i))
    clock.tick(200)
    uploader.pump()
    await settled()
  }
  assert.deepEqual(sent.map((batch) => batch.length), [5, 5, 5])
})

test('one request at a time; what is added meanwhile goes with the next', async () => {
  const { clock, sent, uploader, answerWith } = sending()
  let arrive: (answer: { hint: null; progress: [] }) => void = () => undefined
  answerWith(() => new Promise((resolve) => { arrive = resolve }))
  uploader.add(shot(0))
  clock.tick(1000)
  uploader.pump()
  uploader.add(shot(1))
  clock.tick(1000)
  uploader.pump()
  assert.deepEqual(sent, [[0]])
  arrive({ hint: null, progress: [] })
  await settled()
  uploader.pump()
  assert.deepEqual(sent, [[0], [1]])
})

test('after a cut only what is missing is sent again, later and later', async () => {
  const { clock, sent, uploader, answerWith } = sending()
  uploader.add(shot(0))
  clock.tick(1000)
  uploader.pump()
  await settled()
  answerWith(() => Promise.reject(problem('offline')))
  uploader.add(shot(1))
  clock.tick(1000)
  uploader.pump()
  await settled()
  uploader.pump()
  assert.deepEqual(sent, [[0], [1]])
  answerWith(() => Promise.resolve({ hint: null, progress: [] }))
  uploader.add(shot(2))
  clock.tick(1000)
  uploader.pump()
  await settled()
  assert.deepEqual(sent, [[0], [1], [1, 2]])
})

test('the server’s Retry-After is kept', async () => {
  const { clock, sent, uploader, answerWith } = sending()
  answerWith(() => Promise.reject(problem('busy', 503, 2000)))
  uploader.add(shot(0))
  uploader.end()
  await settled()
  clock.tick(1500)
  uploader.pump()
  assert.equal(sent.length, 1)
  clock.tick(600)
  uploader.pump()
  assert.equal(sent.length, 2)
})

test('a refusal is final and nothing more is sent', async () => {
  const { clock, sent, uploader, answerWith } = sending()
  answerWith(() => Promise.reject(problem('challenge_expired', 409)))
  uploader.add(shot(0))
  clock.tick(1000)
  uploader.pump()
  await settled()
  clock.tick(5000)
  uploader.pump()
  assert.equal(uploader.fatal?.code, 'challenge_expired')
  assert.equal(sent.length, 1)
})

test('at the end everything left goes out at once', async () => {
  const { sent, uploader } = sending()
  for (let i = 0; i < 20; i++) uploader.add(shot(i))
  uploader.end()
  for (let i = 0; i < 4; i++) await settled()
  assert.deepEqual(sent.map((batch) => batch.length), [12, 8])
  assert.equal(uploader.isDone, true)
})
