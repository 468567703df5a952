import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FrameKinds } from '../../../miniprogram/services/contract'
import type { Plan } from '../../../miniprogram/capture/schedule'
import { begin, due, hasEvidence, isSpent, plan, taken } from '../../../miniprogram/capture/schedule'

const ASKED: FrameKinds = {
  motion: { max_side: 320, quality: 0.5, fps: 5 },
  evidence: { max_side: 640, quality: 0.8, at_ms: [3400, 600, 1200, 2000, 2700] },
}

interface Filmed { times: number[]; kinds: string[]; bytes: number; plan: Plan }

/** Film for a while with a camera of 30 frames a second whose JPEGs grow with quality and side. */
function film(forMs: number, weak: boolean, detail = 1, encodeMs = { motion: 0, evidence: 0 }): Filmed {
  const given = plan(ASKED, weak)
  let now = begin(given)
  const times: number[] = []
  const kinds: string[] = []
  let freeAt = 0
  for (let t = 0; t < forMs && !isSpent(now, given); t += 33) {
    if (t < freeAt) continue
    const kind = due(now, given, t)
    if (!kind) continue
    const side = kind === 'evidence' ? given.evidenceSide : given.motionSide
    const quality = kind === 'evidence' ? given.evidenceQuality : now.quality
    const bytes = Math.round(detail * side * side * 0.75 * (0.03 + 0.12 * quality ** 1.5))
    now = taken(now, given, kind, t, bytes)
    times.push(t)
    kinds.push(kind)
    freeAt = t + encodeMs[kind]
  }
  return { times, kinds, bytes: now.spent, plan: given }
}

test('evidence is taken at the instants the server drew, whatever their order', () => {
  const { times, kinds } = film(5000, false)
  const taken = times.filter((_, i) => kinds[i] === 'evidence')
  assert.equal(taken.length, 5)
  ;[600, 1200, 2000, 2700, 3400].forEach((at, i) => assert.ok(taken[i]! >= at && taken[i]! < at + 70, `${taken[i]} for ${at}`))
})

test('times rise strictly and motion stays at 4 to 8 frames a second', () => {
  for (const weak of [false, true]) {
    const { times, kinds } = film(7000, weak)
    assert.ok(times.every((t, i) => i === 0 || t > times[i - 1]!))
    const motion = times.filter((_, i) => kinds[i] === 'motion')
    const rate = ((motion.length - 1) * 1000) / (motion.at(-1)! - motion[0]!)
    // The camera's own 33 ms between frames can cost a little of the 4 asked for.
    assert.ok(rate >= 3.7 && rate <= 8, `${rate}`)
  }
})

test('a slow phone still gives more than the 2.5 frames a second that count as a film', () => {
  const { times, kinds } = film(7000, false, 1, { motion: 220, evidence: 450 })
  assert.ok(kinds.filter((kind) => kind === 'motion').length / 7 > 2.5)
  assert.ok(times.every((t, i) => i === 0 || t - times[i - 1]! < 1000))
})

test('a verification stays within its budget, however long it takes and however rich the picture', () => {
  for (const detail of [0.5, 1, 2, 3]) {
    for (const ms of [4000, 7000, 15000]) {
      assert.ok(film(ms, false, detail).bytes <= 400_000, `detail ${detail}, ${ms} ms`)
      assert.ok(film(ms, true, detail).bytes <= 200_000, `weak, detail ${detail}, ${ms} ms`)
    }
  }
})

test('a usual film is complete within its budget', () => {
  for (const weak of [false, true]) {
    const filmed = film(7000, weak)
    assert.equal(filmed.kinds.filter((kind) => kind === 'evidence').length, 5)
    assert.ok(filmed.times.at(-1)! > 6700, `ended at ${filmed.times.at(-1)}`)
  }
})

test('weak mode never asks for more than the server did', () => {
  const small = { motion: { max_side: 160, quality: 0.2, fps: 9 }, evidence: { max_side: 300, quality: 0.3, at_ms: [] } }
  const given = plan(small, true)
  assert.deepEqual([given.motionSide, given.motionQuality, given.evidenceSide, given.evidenceQuality], [160, 0.2, 300, 0.3])
  assert.equal(hasEvidence(begin(given), given), true)
})
