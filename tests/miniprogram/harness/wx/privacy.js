/** The privacy guide: agreed to once for each person, by WeChat's own panel or by the source's button. */
import { breach } from '../host/strict.js'
import { parameters } from '../host/parameters.js'
import { failure } from './call.js'
import { ask } from './sheet.js'

// So long after a refusal WeChat refuses by itself, without its panel.
const QUIET_MS = 10_000
const GUIDE = '《医保人脸核验小程序隐私保护指引》'

export class Privacy {
  constructor(app) {
    if (app.__usePrivacyCheck__ !== true) breach('app.json: "__usePrivacyCheck__" must be true')
    this.key = `privacy:${parameters.openid}`
    this.refusedAt = -QUIET_MS
  }

  get agreed() {
    return localStorage.getItem(this.key) === 'agreed'
  }

  agree() {
    localStorage.setItem(this.key, 'agreed')
  }

  /** Ask as WeChat does; the source's own panel goes first when it has one. */
  async require() {
    if (this.agreed) return
    const isQuiet = Date.now() < this.refusedAt + QUIET_MS
    const isAgreed = !isQuiet && (this.listener ? await this.#askListener() : await this.#askPanel())
    if (!isAgreed) {
      if (!isQuiet) this.refusedAt = Date.now()
      throw failure('privacy permission is not authorized', 104)
    }
    this.agree()
  }

  /** A button with open-type="agreePrivacyAuthorization" was tapped. */
  agreedByButton(button) {
    this.agree()
    button.fire('agreeprivacyauthorization', {})
  }

  #askPanel() {
    const buttons = [{ text: '拒绝', value: false }, { text: '同意', value: true, isMain: true }]
    const text = `请先阅读并同意${GUIDE}，再使用摄像头等功能。`
    return ask({ title: '隐私保护提示', text, buttons, kind: 'bottom' })
  }

  #askListener() {
    return new Promise((done) => {
      const resolve = ({ event }) => event !== 'exposureAuthorization' && done(event === 'agree')
      this.listener(resolve, { referrer: 'requirePrivacyAuthorize' })
    })
  }
}

export function privacyCalls({ privacy }, call) {
  return {
    getPrivacySetting: call('getPrivacySetting', () => ({ needAuthorization: !privacy.agreed, privacyContractName: GUIDE })),
    requirePrivacyAuthorize: call('requirePrivacyAuthorize', () => privacy.require()),
    openPrivacyContract: call('openPrivacyContract', async () => {
      await ask({ title: GUIDE, text: '（这里显示在微信后台填写的指引。）', buttons: [{ text: '返回', value: true }] })
    }),
    onNeedPrivacyAuthorization: (listener) => {
      privacy.listener = listener
    },
  }
}
