import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import { verifyNatively } from '../../../miniprogram/capture/native'

let asked: string[] = []
let outcome = 'failed'

beforeEach(() => {
  asked = []
  outcome = 'failed'
  wx.checkIsSupportFacialRecognition = ({ success }: { success: () => void }) => success()
  wx.getAppAuthorizeSetting = () => ({ cameraAuthorized: 'authorized' })
  wx.getSetting = ({ success }: { success: (answer: object) => void }) => success({ authSetting: { 'scope.camera': true } })
  wx.login = ({ success }: { success: (answer: object) => void }) => success({ code: 'x' })
  wx.request = (request: { url: string; success: (reply: object) => void }) => {
    const path = new URL(request.url).pathname
    asked.push(path)
    const data = path.endsWith('/login') ? { token: 't' } : path.endsWith('/finish') ? { outcome } : { verify_id: 'v-1' }
    setImmediate(() => request.success({ statusCode: 200, header: {}, data }))
  }
})

test('whoever leaves WeChat’s pages is told so', async () => {
  wx.requestFacialVerify = ({ fail }: { fail: (error: object) => void }) => fail({ errCode: 90002, errMsg: 'requestFacialVerify:fail' })
  outcome = 'retry'
  assert.equal((await verifyNatively('s', () => undefined)).hint, 'left')
})

test('a WeChat without this interface leads to the way out before anything is begun', async () => {
  wx.requestFacialVerify = undefined
  await assert.rejects(verifyNatively('s', () => undefined), { code: 'native_unsupported' })
  assert.deepEqual(asked, [])
})

test('a phone that WeChat cannot verify on uses no session up', async () => {
  wx.requestFacialVerify = () => assert.fail('shown')
  wx.checkIsSupportFacialRecognition = ({ fail }: { fail: () => void }) => fail()
  await assert.rejects(verifyNatively('s', () => undefined), { code: 'native_unsupported' })
  assert.deepEqual(asked, [])
})

for (const [where, refused] of [['the phone', { cameraAuthorized: 'denied' }], ['WeChat', {}]] as const) {
  test(`a camera refused in ${where} has its own words, and the server has been told`, async () => {
    wx.requestFacialVerify = ({ fail }: { fail: (error: object) => void }) => fail({ errCode: 90001 })
    wx.getAppAuthorizeSetting = () => refused
    wx.getSetting = ({ success }: { success: (answer: object) => void }) => success({ authSetting: { 'scope.camera': false } })
    outcome = 'retry'
    await assert.rejects(verifyNatively('s', () => undefined), { code: 'camera_denied' })
    assert.equal(asked[asked.length - 1], '/mp/v1/attempts/s/native/finish')
  })
}

for (const how of ['success', 'fail'] as const) {
  test(`after WeChat’s pages (${how}) the server is asked what came of it`, async () => {
    wx.requestFacialVerify = (option: { verifyId: string; success: () => void; fail: () => void }) => {
      assert.equal(option.verifyId, 'v-1')
      option[how]()
    }
    const order = () => asked.push('deciding')
    assert.equal((await verifyNatively('s', order)).outcome, 'failed')
    assert.deepEqual(asked.slice(-3), ['/mp/v1/attempts/s/native', 'deciding', '/mp/v1/attempts/s/native/finish'])
  })
}
