import assert from 'node:assert/strict'
import { test } from 'node:test'
import './fake-wx'
import type { Scene } from '../../../miniprogram/services/api'
import type { AttemptState, FinishAnswer } from '../../../miniprogram/services/contract'
import { TRANSITIONS } from '../../../miniprogram/services/lifecycle'
import { outcome } from '../../../miniprogram/services/outcome'

const SCENE: Scene = {
  scene: 's', channel: 'push', state: 'failed', server_time: '2026-11-24T10:00:00+00:00', expires_at: '2026-11-24T10:01:00+00:00',
  tries_left: 2, institution: '第一药房', amount_fen: 1, person: null, persons: [], provider: 'own', notice: { version: '1', text: '' },
  presence_code_needed: false, appeal: { allowed: true, until: null }, reason: 'not_matched',
}
const actions = (changes: Partial<Scene>, finished: Partial<FinishAnswer> | null = null) => {
  const scene = { ...SCENE, ...changes }
  return outcome(scene, finished && ({ ...scene, ...finished } as FinishAnswer)).actions
}

test('a failure offers another try, then the appeal, then documents', () => {
  assert.deepEqual(actions({}), ['retry', 'appeal', 'other'])
})

test('who checks themselves on 我的 is told nothing that only a counter can do', () => {
  const states: AttemptState[] = ['passed', 'failed', 'declined', 'expired', 'consented', 'cancelled']
  const reasons = ['not_live', 'not_matched', 'frames_seen_before', 'tries_used_up', 'not_acquired', 'something new', null]
  for (const state of states) {
    for (const reason of reasons) {
      const scene = { ...SCENE, purpose: 'self', state, reason } as Scene
      const shown = outcome(scene, null)
      assert.doesNotMatch(`${shown.heading} ${shown.text}`, /身份证|收费员|买药|其他方式|下面选/, `${state} ${reason}`)
      assert.ok(shown.actions.every((action) => action === 'mine' || action === 'retry'))
    }
  }
})

test('the server’s word decides whether an appeal is offered', () => {
  assert.deepEqual(actions({ appeal: { allowed: false, until: null } }), ['retry', 'other'])
})

test('without a try left the appeal comes first', () => {
  assert.deepEqual(actions({ tries_left: 0 }), ['appeal', 'other'])
})

test('when the time is over, by the server’s clock, there is no other try', () => {
  assert.deepEqual(actions({ expires_at: SCENE.server_time }), ['appeal', 'other'])
})

test('after not_live or a replay the phone leads to documents', () => {
  for (const reason of ['not_live', 'frames_seen_before'] as const) {
    assert.equal(actions({ reason, appeal: { allowed: false, until: null } }, { reason, hint: null })[0], 'other')
  }
})

test('a try that did not count offers another one', () => {
  assert.equal(actions({ state: 'consented' }, { outcome: 'retry', reason: 'not_acquired', hint: 'too_dark' })[0], 'retry')
})

test('the reason is said in plain words, with what was in the way', () => {
  const scene = { ...SCENE, state: 'consented' as AttemptState }
  const said = outcome(scene, { ...scene, outcome: 'retry', reason: 'not_acquired', hint: 'too_dark' }).text
  assert.match(said, /没有拍清楚/)
  assert.match(said, /光线太暗/)
})

test('on the cashier’s phone everything ends with handing it back', () => {
  for (const state of ['passed', 'failed', 'appealed', 'declined', 'expired'] as const) {
    assert.equal(actions({ state, channel: 'qr' }).at(-1), 'hand_back', state)
  }
})

test('on the cashier’s phone nobody is sent to a message or a list that is not there', () => {
  for (const state of ['appealed', 'expired', 'superseded', 'cancelled', 'declined'] as const) {
    const { heading, text } = outcome({ ...SCENE, state, channel: 'qr' }, null)
    assert.doesNotMatch(heading + text, /推送|消息|服务通知|我的申诉|\{/, state)
  }
  assert.match(outcome({ ...SCENE, state: 'appealed', channel: 'qr' }, null).text, /12393/)
  assert.match(outcome({ ...SCENE, state: 'superseded' }, null).text, /服务通知/)
})

test('every state of the table has a heading', () => {
  for (const state of Object.keys(TRANSITIONS) as AttemptState[]) {
    if (['waiting', 'opened'].includes(state)) continue
    assert.ok(outcome({ ...SCENE, state }, null).heading, state)
  }
})

test('the reason promises no try and no appeal that the buttons do not offer', () => {
  const last = { ...SCENE, tries_left: 0, appeal: { allowed: false, until: null } }
  for (const reason of ['not_matched', 'tries_used_up', 'something_new']) {
    const { text, actions } = outcome({ ...last, reason }, null)
    assert.deepEqual(actions, ['other'])
    assert.doesNotMatch(text, /再试|申诉/, reason)
  }
})
