import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { answered, pages, server, went } from './fake-page'
import type { FinishAnswer } from '../../../miniprogram/services/contract'
import { recallResult, rememberResult } from '../../../miniprogram/services/memory'
import { explain } from '../../../miniprogram/services/strings/index'

const PERSON = { person_id: 'p', name: '李*国', relation: '本人', sex: 'unknown', age: 75, network: 'self', enrolled: true, subscribed: true, push: 'ready' }
const SCENE = {
  scene: 's', channel: 'qr', state: 'opened', server_time: '2026-11-24T10:00:00+00:00', expires_at: '2026-11-24T10:01:00+00:00',
  tries_left: 3, institution: '第一药房', amount_fen: 1, person: null, persons: [PERSON], provider: 'own', notice: { version: '1', text: '' },
  presence_code_needed: false, appeal: { allowed: false, until: null }, reason: null,
}
const WIFE = { ...PERSON, person_id: 'w', name: '王*英', relation: '配偶', network: 'family' }
const CHOSEN = { ...SCENE, person: { person_id: 'q', name: '陈*兰', relation: '护工' }, persons: [] }
const said = (code: string) => explain(code) !== explain('internal')
const open = await pages(() => import('../../../miniprogram/pages/cashier/cashier'))
const openMessage = await pages(() => import('../../../miniprogram/pages/verify/verify'))

async function typed() {
  server({ 'GET attempts/s': () => SCENE, 'PUT attempts/s/person': () => CHOSEN })
  const page = open({ scene: 's' })
  await answered()
  page.onManual()
  page.onName({ detail: { value: '陈桂兰' } })
  page.onNumber({ detail: { number: '11010119491231002X' } })
  page.onRelation({ detail: { value: '6' } })
  return page
}

test('a number that is no longer on the screen is not sent', async () => {
  const page = await typed()
  page.onList()
  page.onManual()
  assert.deepEqual([page.data.name, page.data.number], ['陈桂兰', ''])
})

test('for an agent the documents that were looked at are sent, for the card-holder none are asked for', async () => {
  for (const [picked, checks] of [['p', undefined], ['w', { cardholder_document: false, agent_document: true }]] as const) {
    const told = server({ 'GET attempts/s': () => ({ ...SCENE, persons: [PERSON, WIFE] }), 'PUT attempts/s/person': () => CHOSEN })
    const page = open({ scene: 's' })
    await answered()
    page.onPick({ currentTarget: { dataset: { id: 'w' } } })
    page.onCheck({ currentTarget: { dataset: { index: 1 } } })
    if (picked === 'p') page.onPick({ currentTarget: { dataset: { id: 'p' } } })
    assert.equal(page.data.acting, picked === 'w')
    page.onChosen()
    await answered()
    assert.deepEqual(told.sent.at(-1), { person_id: picked, ...(checks && { checks }) })
  }
})

test('nothing of the person before is left, handed back or not', () => {
  for (const query of [{ done: '1' }, { scene: 'next' }]) {
    rememberResult(SCENE as unknown as FinishAnswer)
    open(query)
    assert.equal(recallResult('s'), null)
  }
})

test('whoever gets the phone finds neither the list nor what was typed', async () => {
  const page = await typed()
  page.onChosen()
  await answered()
  assert.equal(page.data.phase, 'handover')
  assert.ok(!/李|陈桂兰|1101/.test(JSON.stringify([page.data.rows, page.data.name, page.data.number, page.data.scene])))
})

test('what is answered after a page was closed leads nowhere', async () => {
  server({ 'GET attempts/s': () => ({ ...SCENE, state: 'passed' }) })
  for (const one of [open, openMessage]) {
    one({ scene: 's' }).onUnload()
    await answered()
    assert.deepEqual(went, [])
  }
})

test('whoever leads the list is an agent too, unless it is the card-holder', async () => {
  server({ 'GET attempts/s': () => ({ ...SCENE, persons: [WIFE, PERSON] }) })
  const page = open({ scene: 's' })
  await answered()
  page.onPick({ currentTarget: { dataset: { id: 'w' } } })
  assert.equal(page.data.acting, true)
})

test('a notice that has changed meanwhile says so', async () => {
  const stale = { statusCode: 409, header: {}, data: { code: 'notice_stale' } }
  for (const [one, channel, path] of [[open, 'qr', 'cashier'], [openMessage, 'push', 'verify']] as const) {
    server({ 'GET attempts/s': () => ({ ...CHOSEN, channel }) })
    const page = one({ scene: 's' })
    await answered()
    const request = wx.request as (asked: { method: string; success: (reply: object) => void }) => void
    wx.request = (asked: Parameters<typeof request>[0]) => (asked.method === 'POST' ? asked.success(stale) : request(asked))
    page.onNext({ detail: { presence: '' } })
    await answered()
    assert.deepEqual([page.data.error, page.data.busy, went], [explain('notice_stale'), false, []], path)
  }
})

test('the cashier is told why this person may not be there for the card-holder', () => {
  assert.ok(['checks_missing', 'agent_is_staff', 'agent_quota'].every(said))
})
