import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { Deadline } from '../../../miniprogram/services/deadline'

wx.getAppBaseInfo = () => ({ language: 'zh_CN' })
const scene = (seconds: number, ahead: number) => {
  const now = Date.now() + ahead
  return { server_time: new Date(now).toISOString(), expires_at: new Date(now + seconds * 1000).toISOString() }
}
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))

test('only the last half minute is shown, by the server’s clock', () => {
  for (const [seconds, shown] of [[31, []], [29.5, ['还有 30 秒']], [5, ['还有 5 秒']]] as const) {
    const seen: string[] = []
    const deadline = new Deadline((left) => seen.push(left), () => undefined)
    deadline.begin(scene(seconds, 3_600_000))
    deadline.stop()
    assert.deepEqual(seen, shown)
  }
})

test('the end is told once, and a deadline that is stopped says nothing more', async () => {
  let ends = 0
  const deadline = new Deadline(() => undefined, () => { ends += 1 })
  deadline.begin(scene(0.5, 0))
  await wait(1_200)
  assert.equal(ends, 1)
  deadline.begin(scene(0.5, 0))
  deadline.stop()
  await wait(1_200)
  assert.equal(ends, 1)
})
