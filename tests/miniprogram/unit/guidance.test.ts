import assert from 'node:assert/strict'
import { test } from 'node:test'
import './fake-wx'
import { guide, isComplete } from '../../../miniprogram/capture/guidance'
import { en } from '../../../miniprogram/services/strings/en'
import { zh } from '../../../miniprogram/services/strings/zh'

const asked = (...done: boolean[]) => ['turn_left', 'nod'].map((action, i) => ({ action, done: done[i] ?? false }))

test('first look straight, then one action after the other, then wait', () => {
  assert.equal(guide({ progress: asked(), hint: null, tMs: 200 }).say, 'straight')
  assert.equal(guide({ progress: asked(), hint: null, tMs: 1200 }).say, 'turn_left')
  assert.equal(guide({ progress: asked(true), hint: null, tMs: 3000 }).say, 'nod')
  assert.equal(guide({ progress: asked(true, true), hint: null, tMs: 4000 }).say, 'done')
})

test('the person’s own left is the mirror’s left', () => {
  assert.equal(guide({ progress: asked(), hint: null, tMs: 1200 }).arrow, 'left')
})

test('a slight and a slow turn point where the turn does, and what it hides is no obstacle', () => {
  for (const action of ['turn_right_slightly', 'turn_right_slowly']) {
    const now = guide({ progress: [{ action, done: false }], hint: 'turned', tMs: 1200 })
    assert.deepEqual([now.say, now.arrow, now.action, now.isHint], [action, 'right', action, false])
  }
})

test('what is in the way is said first, unless the action itself brings it about', () => {
  assert.deepEqual(guide({ progress: asked(), hint: 'two_faces', tMs: 1200 }), { say: 'two_faces', isHint: true, arrow: '', percent: 33, count: 0, action: '' })
  assert.equal(guide({ progress: asked(), hint: 'turned', tMs: 1200 }).say, 'turn_left')
})

test('3-2-1 is counted while the try is drawn and the person looks straight, and is over when they are told what to do', () => {
  const seen = [0, 100, 499, 500, 999, 1000].map((tMs) => guide({ progress: asked(), hint: null, tMs }).count)
  assert.deepEqual(seen, [3, 2, 2, 1, 1, 0])
  assert.deepEqual([0, 1200].map((tMs) => guide({ progress: asked(), hint: null, tMs }).action), ['', 'turn_left'])
})

test('the ring only ever fills', () => {
  const seen = [200, 600, 1000, 3000].map((tMs) => guide({ progress: asked(tMs > 2000), hint: null, tMs }).percent)
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b))
  assert.equal(guide({ progress: asked(true, true), hint: null, tMs: 5000 }).percent, 100)
})

test('a film is complete with all actions and all evidence, or when it has gone on long enough', () => {
  assert.equal(isComplete({ progress: asked(true, true), hint: null, tMs: 3000 }, true), true)
  assert.equal(isComplete({ progress: asked(true, true), hint: null, tMs: 3000 }, false), false)
  assert.equal(isComplete({ progress: asked(true), hint: null, tMs: 3000 }, true), false)
  assert.equal(isComplete({ progress: asked(), hint: null, tMs: 15_000 }, false), true)
})

test('there is a text for every action and every hint, in both languages', () => {
  const actions = ['turn_left', 'turn_right', 'nod', 'closer', 'open_mouth', 'smile', 'close_eyes', 'blink', 'turn_left_slightly', 'turn_right_slightly', 'turn_left_slowly', 'turn_right_slowly']
  for (const texts of [zh, en]) {
    const capture: Record<string, string> = texts.capture
    for (const action of [...actions, 'straight', 'done']) assert.ok(capture[action], action)
  }
})
