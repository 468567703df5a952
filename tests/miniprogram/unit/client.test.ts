import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import * as api from '../../../miniprogram/services/api'
import { asProblem } from '../../../miniprogram/services/problem'
import type { Panel } from '../../../miniprogram/services/subscribe'
import { accepted, isPartial, nextAsked, showPanel, tell, templates } from '../../../miniprogram/services/subscribe'

interface Asked { url: string; method: string; header: Record<string, string>; data: unknown }
type Reply = { statusCode: number; data: unknown; header?: Record<string, string> } | 'cut' | 'silent'

let asked: Asked[] = []
let logins = 0
let reply: (request: Asked) => Reply

/** Let the session of the test before be refused, and a new one as well. */
async function endSession() {
  wx.login = ({ success }: { success: (answer: { code: string }) => void }) => success({ code: 'x' })
  wx.request = (request: { success: (reply: object) => void }) => request.success({ statusCode: 401, data: {}, header: {} })
  await api.bindings().catch(() => undefined)
}

beforeEach(async () => {
  await endSession()
  asked = []
  logins = 0
  wx.login = ({ success }: { success: (answer: { code: string }) => void }) => success({ code: `code-${++logins}` })
  wx.request = (request: Asked & { success: (reply: Reply) => void; fail: (told: { errMsg: string }) => void }) => {
    asked.push(request)
    const answer = request.url.endsWith('/login') ? { statusCode: 200, data: { token: `t${logins}`, expires_in: 1 } } : reply(request)
    setImmediate(() => (typeof answer === 'string' ? request.fail({ errMsg: `request:fail ${answer === 'cut' ? '' : 'timeout'}` }) : request.success({ header: {}, ...answer } as Reply)))
  }
})

test('everything goes under the token of one login, however many ask at once', async () => {
  reply = () => ({ statusCode: 200, data: {} })
  await Promise.all([api.openScene('a b'), api.bindings(), api.consents()])
  assert.equal(logins, 1)
  assert.equal(asked[1]!.url, 'http://127.0.0.1:8000/mp/v1/attempts/a%20b')
  assert.ok(asked.slice(1).every((one) => one.header['authorization'] === 'Bearer t1'))
})

test('an ended session is renewed once and the request repeated', async () => {
  reply = (request) => (request.header['authorization'] === 'Bearer t1' ? { statusCode: 401, data: { code: 'session_expired' } } : { statusCode: 200, data: { bindings: [] } })
  assert.deepEqual(await api.bindings(), { bindings: [] })
  assert.equal(logins, 2)
})

test('calls that find the session ended together renew it together', async () => {
  await api.bindings().catch(() => undefined)
  let late: () => void = () => undefined
  const fresh = wx.request as (request: Asked) => void
  reply = (request) => (request.header['authorization'] === 'Bearer t1' ? { statusCode: 401, data: {} } : { statusCode: 200, data: {} })
  wx.request = (request: Asked) => (request.url.endsWith('/consents') && request.header['authorization'] === 'Bearer t1' ? void (late = () => fresh(request)) : fresh(request))
  const second = api.consents()
  await api.bindings()
  late()
  await second
  assert.equal(logins, 2)
})

test('a refusal is its code and status, also when WeChat left the JSON unread', async () => {
  reply = () => ({ statusCode: 503, data: '{"code":"busy","status":503}', header: { 'Retry-After': '2' } })
  const trouble = await api.bindings().then(() => null, asProblem)
  assert.deepEqual([trouble!.code, trouble!.status, trouble!.retryAfterMs], ['busy', 503, 2000])
})

for (const [reason, requests] of [['cut', 2], ['silent', 1]] as const)
  test(`a connection that is ${reason} is offline`, async () => {
    reply = () => reason
    assert.equal((await api.bindings().then(() => null, asProblem))!.code, 'offline')
    assert.equal(asked.filter(({ url }) => !url.endsWith('/login')).length, requests)
  })

test('an answer that is lost once costs nobody a tap', async () => {
  let tries = 0
  reply = () => (tries++ ? { statusCode: 200, data: { bindings: [] } } : 'cut')
  assert.deepEqual(await api.bindings(), { bindings: [] })
  tries = 0
  await assert.rejects(api.sendFrames('c', []), 'frames are sent again by what films them')
})

type Option = { tmplIds: string[]; success: (said: object) => void; fail: (failure: object) => void }

/** Show the panel for templates and answer it. */
function panel(asked: string[], run: (option: Option) => void): Promise<Panel> {
  wx.requestSubscribeMessage = run
  return showPanel(asked)
}

test('the panel’s answers, the main switch among them', async () => {
  const answer = async (run: (option: Option) => void) => (await panel(['T'], run)).answer
  assert.ok(accepted(await answer(({ success }) => success({ T: 'accept' }))))
  assert.ok(accepted(await answer(({ success }) => success({ T: 'acceptWithAudio' }))))
  for (const result of ['reject', 'ban', 'filter']) assert.equal(await answer(({ success }) => success({ T: result })), result)
  assert.equal(await answer(({ fail }) => fail({ errCode: 20004 })), 'switch_off')
  assert.equal(await answer(({ fail }) => fail({ errCode: 10001 })), 'closed')
})

test('one panel asks for both templates; that of the pushes alone decides', async () => {
  const asked = ['T', 'A']
  for (const refusal of ['reject', 'ban', 'filter']) {
    const shown = await panel(asked, ({ tmplIds, success }) => success(Object.fromEntries([[tmplIds[0], 'accept'], [tmplIds[1], refusal]])))
    assert.deepEqual([accepted(shown.answer), isPartial(asked, shown)], [true, true])
    assert.deepEqual(shown.told, [{ template_id: 'T', result: 'accept' }, { template_id: 'A', result: refusal }])
  }
  assert.equal((await panel(asked, ({ success }) => success({ T: 'reject', A: 'accept' }))).answer, 'reject')
  assert.equal(isPartial(asked, await panel(asked, ({ success }) => success({ T: 'accept', A: 'acceptWithAudio' }))), false)
})

test('after a panel that did not open the next tap asks for the first template alone', async () => {
  const asked = ['T', 'A']
  assert.deepEqual(nextAsked(asked, await panel(asked, ({ fail }) => fail({ errCode: 20002 }))), ['T'])
  assert.deepEqual(nextAsked(asked, await panel(asked, ({ success }) => success({ T: 'reject', A: 'reject' }))), asked)
})

test('a template that WeChat says nothing of is neither told nor in the way', async () => {
  const shown = await panel(['T', 'A'], ({ success }) => success({ T: 'accept', errMsg: 'ok' }))
  assert.deepEqual(shown, { answer: 'accept', told: [{ template_id: 'T', result: 'accept' }] })
})

test('an installation names one template or two; each result is told, whatever becomes of the other', async () => {
  let second: string | null = null
  reply = ({ method, data }) => {
    if (method === 'GET') return { statusCode: 200, data: { template_id: 'T', agent_template_id: second } }
    return (data as { template_id: string }).template_id === 'T' ? 'silent' : { statusCode: 200, data: { accepted: true } }
  }
  assert.deepEqual(await templates(), ['T'])
  second = 'A'
  assert.deepEqual(await templates(), ['T', 'A'])
  const told = [{ template_id: 'T', result: 'accept' as const }, { template_id: 'A', result: 'reject' as const }]
  await tell({ answer: 'accept', told })
  assert.deepEqual(asked.slice(-2).map((one) => one.data), told)
})
