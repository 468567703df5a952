/** What the person has allowed this mini-program: asked once, changed only on the settings page. */
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import { callsInThisTap } from '../host/taps.js'
import { failure } from './call.js'
import { ask, make } from './sheet.js'

const NAMES = { 'scope.camera': '摄像头', 'scope.record': '麦克风', 'scope.writePhotosAlbum': '相册' }

export class Settings {
  constructor() {
    this.key = `settings:${parameters.openid}`
  }

  get all() {
    return JSON.parse(localStorage.getItem(this.key) ?? '{}')
  }

  set(scope, isAllowed) {
    localStorage.setItem(this.key, JSON.stringify({ ...this.all, [scope]: isAllowed }))
  }

  /** Return whether the scope is allowed; ask the person the first time only. */
  async ask(scope) {
    if (scope in this.all) return this.all[scope]
    const buttons = [{ text: '拒绝', value: false }, { text: '允许', value: true, isMain: true }]
    const isAllowed = await ask({ title: '医保人脸核验 申请', text: `使用你的${NAMES[scope]}`, buttons, kind: 'bottom' })
    this.set(scope, isAllowed)
    return isAllowed
  }

  /** Show the settings page and return what is set when it closes. */
  async show() {
    const list = make('div', 'settings')
    for (const [scope, isAllowed] of Object.entries(this.all)) {
      if (!(scope in NAMES)) continue
      const row = make('label', '', NAMES[scope])
      const box = Object.assign(make('input', ''), { type: 'checkbox', checked: isAllowed })
      box.addEventListener('change', () => this.set(scope, box.checked))
      row.append(box)
      list.append(row)
    }
    await ask({ title: '设置', content: list, buttons: [{ text: '返回', value: true }], kind: 'list' })
    return { authSetting: this.all }
  }
}

export function settingCalls({ settings }, call) {
  return {
    getSetting: call('getSetting', ({ withSubscriptions } = {}) => ({
      authSetting: settings.all,
      ...(withSubscriptions && { subscriptionsSetting: { mainSwitch: settings.all.mainSwitch !== false, itemSettings: {} } }),
    })),
    authorize: call('authorize', async ({ scope }) => {
      if (!(await settings.ask(scope))) throw failure('auth deny', 103)
    }),
    openSetting: call('openSetting', () => {
      if (!callsInThisTap()) throw breach('openSetting outside a tap')
      return settings.show()
    }),
    openAppAuthorizeSetting: call('openAppAuthorizeSetting', () => settings.show()),
  }
}
