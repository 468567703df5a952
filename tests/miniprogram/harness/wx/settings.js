/** What the person has allowed this mini-program: asked once, changed only on the settings page. */
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import { callsInThisTap } from '../host/taps.js'
import { failure } from './call.js'
import { ask, make } from './sheet.js'

// What the phone's own settings say of WeChat.
const SYSTEM_CAMERA = 'system.camera'
const SYSTEM = { [SYSTEM_CAMERA]: '微信的摄像头' }
const SUBSCRIPTION = 'subscription:'
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

  /** Return whether the phone lets WeChat use the camera. */
  get hasSystemCamera() {
    return this.all[SYSTEM_CAMERA] !== false
  }

  /** Return the answers that WeChat gives by itself, by template: 总是保持以上选择. */
  get remembered() {
    const kept = Object.entries(this.all).filter(([key]) => key.startsWith(SUBSCRIPTION))
    return Object.fromEntries(kept.map(([key, isAllowed]) => [key.slice(SUBSCRIPTION.length), isAllowed ? 'accept' : 'reject']))
  }

  remember(template, isAllowed) {
    this.set(SUBSCRIPTION + template, isAllowed)
  }

  /** Show a page of settings and return what is set when it closes. */
  async show(nameOf = (key) => NAMES[key]) {
    const list = make('div', 'settings')
    for (const [scope, isAllowed] of Object.entries(this.all)) {
      if (!nameOf(scope)) continue
      const row = make('label', '', nameOf(scope))
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
      ...(withSubscriptions && { subscriptionsSetting: { mainSwitch: settings.all.mainSwitch !== false, itemSettings: settings.remembered } }),
    })),
    authorize: call('authorize', async ({ scope }) => {
      if (!(await settings.ask(scope))) throw failure('auth deny', 103)
    }),
    openSetting: call('openSetting', ({ withSubscriptions } = {}) => {
      if (!callsInThisTap()) throw breach('openSetting outside a tap')
      return settings.show((key) => NAMES[key] ?? (withSubscriptions && key.startsWith(SUBSCRIPTION) ? '订阅消息' : undefined))
    }),
    getAppAuthorizeSetting: () => {
      const cameraAuthorized = settings.hasSystemCamera ? 'authorized' : 'denied'
      return { cameraAuthorized, microphoneAuthorized: 'authorized' }
    },
    openAppAuthorizeSetting: call('openAppAuthorizeSetting', () => settings.show((key) => SYSTEM[key])),
  }
}
