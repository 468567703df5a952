import assert from 'node:assert/strict'
import { test } from 'node:test'
import './fake-wx'
import { paragraphs } from '../../../miniprogram/services/notice'
import { pageFor, ticket, ticketOf } from '../../../miniprogram/services/navigation'
import type { Scene } from '../../../miniprogram/services/api'
import { en } from '../../../miniprogram/services/strings/en'
import { fill, inLanguage } from '../../../miniprogram/services/strings/index'
import { zh } from '../../../miniprogram/services/strings/zh'

test('English says everything, with the same places to fill', () => {
  for (const page of Object.keys(zh) as (keyof typeof zh)[]) {
    const [chinese, english] = [zh[page], en[page]] as Record<string, string>[]
    assert.deepEqual(Object.keys(english!).sort(), Object.keys(chinese!).sort())
    for (const [key, text] of Object.entries(chinese!)) {
      assert.ok(english![key]!.trim() && !/[\u4e00-\u9fff]/.test(english![key]!), `${page}.${key}`)
      assert.deepEqual(english![key]!.match(/\{\w+\}/g), text.match(/\{\w+\}/g), `${page}.${key}`)
    }
  }
})

test('a language that is not filled in yet reads Chinese', () => {
  for (const code of ['bo', 'ug', 'mn', 'za', 'fr', 'zh_TW', 'zh_CN']) assert.equal(inLanguage(code).verify.next, zh.verify.next)
  assert.equal(inLanguage('en_US').verify.next, en.verify.next)
})

test('places are filled, unknown ones stay visible', () => {
  assert.equal(fill('{a} of {b}', { a: 1 }), '1 of {b}')
})

test('the notice’s points become lines of their own', () => {
  assert.deepEqual(paragraphs('为核验。\n一、处理人脸信息：本次。\n\n您可以不同意。', ['face', 'transfer']), [
    { head: '', body: '为核验。', part: '' },
    { head: '一、处理人脸信息：', body: '本次。', part: 'face' },
    { head: '', body: '您可以不同意。', part: '' },
    { head: '', body: '', part: 'transfer' },
  ])
})

test('a ticket arrives in a message’s query or URL-encoded in a code', () => {
  assert.equal(ticket({ scene: 'abcABC123' }), 'abcABC123')
  assert.equal(ticket({ scene: 'a%2Bb' }), 'a+b')
  assert.equal(ticket({ scene: '100%' }), '100%')
  assert.equal(ticket({}), '')
})

test('only our own codes are read', () => {
  assert.equal(ticketOf({ path: 'pages/verify/verify?scene=abc' }), 'abc')
  assert.equal(ticketOf({ result: 'pages/verify/verify?scene=abc' }), 'abc')
  assert.equal(ticketOf({ result: 'https://evil.example/pages/verify/verify?scene=abc' }), '')
  assert.equal(ticketOf({ result: '6901234567892' }), '')
})

test('every state leads to the page that shows it', () => {
  const at = (state: Scene['state'], channel: Scene['channel']) => pageFor({ state, channel } as Scene)
  assert.deepEqual(['opened', 'consented', 'challenged', 'captured', 'failed', 'expired'].map((s) => at(s as Scene['state'], 'push')), [
    'verify', 'capture', 'capture', 'result', 'result', 'result',
  ])
  assert.equal(at('opened', 'qr'), 'cashier')
})
