/** WeChat's native face verification, played by the simulator. */
import { parameters } from '../host/parameters.js'
import { failure } from './call.js'
import { ask } from './sheet.js'
import { simulate } from './simulator.js'

const PASSED = 10000
const CANCELLED = 90002
const UNFINISHED = 'unfinished'
const OUTCOMES = [
  { text: '取消', value: UNFINISHED },
  { text: '不通过', value: 'refused' },
  { text: '通过', value: 'ok', isMain: true },
]

export function faceCalls(host, call) {
  return {
    requestFacialVerify: call('requestFacialVerify', async ({ verifyId }) => {
      const outcome = await ask({ title: '人脸核身', text: '微信人脸核身（模拟）：结果是', buttons: OUTCOMES })
      await simulate('/sim/v1/faces', { openid: parameters.openid, outcome })
      if (outcome === UNFINISHED) throw failure('user cancel', CANCELLED)
      const { verify_ret: result } = await simulate('/sim/v1/faces/perform', { verify_id: verifyId })
      if (result !== PASSED) throw failure('verify fail', result)
      return { errCode: 0, verifyResult: verifyId }
    }),
    checkIsSupportFacialRecognition: call('checkIsSupportFacialRecognition', () => ({ errCode: 0 })),
  }
}
