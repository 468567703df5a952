import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import * as api from '../../../miniprogram/services/api'
import { asProblem } from '../../../miniprogram/services/problem'
import { forgetSession } from '../../../miniprogram/services/session'
import { accepted, showPanel } from '../../../miniprogram/services/subscribe'

interface Asked { url: string; method: string; header: Record<string, string>; data: unknown }
type Reply = { statusCode: number; data: unknown; header?: Record<string, string> } | 'cut'

let asked: Asked[] = []
let logins = 0
let reply: (request: Asked) => Reply

beforeEach(() => {
  asked = []
  logins = 0
  forgetSession()
  wx.login = ({ success }: { success: (answer: { code: string }) => void }) => success({ code: `code-${++logins}` })
  wx.request = (request: Asked & { success: (reply: Reply) => void; fail: () => void }) => {
    asked.push(request)
    const answer = request.url.endsWith('/login') ? { statusCode: 200, data: { token: `t${logins}`, expires_in: 1 } } : reply(request)
    setImmediate(() => (answer === 'cut' ? request.fail() : request.success({ header: {}, ...answer } as Reply)))
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

test('a broken connection is offline', async () => {
  reply = () => 'cut'
  assert.equal((await api.bindings().then(() => null, asProblem))!.code, 'offline')
})

test('the panel’s answers, the main switch among them', async () => {
  const panel = (run: (option: { success: (r: object) => void; fail: (f: object) => void }) => void) => {
    wx.requestSubscribeMessage = run
    return showPanel('T')
  }
  assert.ok(accepted(await panel(({ success }) => success({ T: 'accept' }))))
  assert.ok(accepted(await panel(({ success }) => success({ T: 'acceptWithAudio' }))))
  assert.equal(await panel(({ success }) => success({ T: 'reject' })), 'reject')
  assert.equal(await panel(({ fail }) => fail({ errCode: 20004 })), 'switch_off')
  assert.equal(await panel(({ fail }) => fail({ errCode: 10001 })), 'closed')
})
