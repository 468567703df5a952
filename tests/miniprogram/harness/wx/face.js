/** WeChat's native face verification, played by the simulator. */
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import { failure } from './call.js'
import { ask } from './sheet.js'
import { simulate } from './simulator.js'

export function faceCalls(host, call) {
  return {
    requestFacialVerify: call('requestFacialVerify', async ({ verifyId }) => {
      if (!host.privacy.agreed) throw breach('requestFacialVerify before the privacy guide was agreed to')
      const text = '微信人脸核身（模拟）：请选择核身结果'
      const buttons = [
        { text: '取消', value: 'cancel' },
        { text: '不通过', value: 'fail' },
        { text: '通过', value: 'pass', isMain: true },
      ]
      const result = await ask({ title: '人脸核身', text, buttons })
      if (result === 'cancel') throw failure('user cancel', 90001)
      await simulate('/sim/v1/face', { openid: parameters.openid, verify_id: verifyId, result })
      if (result === 'fail') throw failure('verify fail', 90100)
      return { errCode: 0, verifyResult: verifyId }
    }),
    checkIsSupportFacialRecognition: call('checkIsSupportFacialRecognition', () => ({ errCode: 0 })),
  }
}
