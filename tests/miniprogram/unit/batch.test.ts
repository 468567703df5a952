import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Shot } from '../../../miniprogram/capture/batch'
import { framesForm, nextBatch, without } from '../../../miniprogram/capture/batch'

const shot = (seq: number, bytes = 10): Shot => ({ seq, tMs: seq * 200, kind: 'motion', mirrored: false, bytes: new ArrayBuffer(bytes) })
const shots = (count: number, bytes = 10) => Array.from({ length: count }, (_, i) => shot(i, bytes))

test('a request carries at most 12 frames, oldest first', () => {
  assert.deepEqual(nextBatch(shots(30)).map((one) => one.seq), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('a request carries no more than 6 kB a second bring before anybody gives up, but always one frame', () => {
  assert.equal(nextBatch(shots(9, 24_000)).length, 2)
  assert.equal(nextBatch(shots(2, 90_000)).length, 1)
})

test('only what the server has not got is left', () => {
  assert.deepEqual(without(shots(5), [shot(0), shot(2)]).map((one) => one.seq), [1, 3, 4])
})

test('meta tells of each frame, in the order of the files', () => {
  const [meta, ...files] = framesForm([{ ...shot(3), kind: 'evidence', mirrored: true }, shot(4)])
  assert.deepEqual(JSON.parse((meta as { text: string }).text), [
    { seq: 3, t_ms: 600, kind: 'evidence', mirrored: true },
    { seq: 4, t_ms: 800, kind: 'motion', mirrored: false },
  ])
  assert.deepEqual(files.map((part) => (part as { file: string }).file), ['3.jpg', '4.jpg'])
})
