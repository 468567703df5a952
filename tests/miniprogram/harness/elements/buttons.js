/** button, form, navigator: what a tap does beyond its event. */
import { breach } from '../host/strict.js'
import { BuiltIn, declare } from './base.js'

const OPEN_TYPES = new Set(['', 'agreePrivacyAuthorization', 'openSetting'])

class Button extends BuiltIn {
  static properties = {
    ...declare('flag', 'disabled loading plain'),
    ...declare('value', 'type size form-type open-type'),
  }

  build() {
    this.setAttribute('role', this.getAttribute('role') ?? 'button')
    this.tabIndex = 0
    this.addEventListener('mp-tap', () => this.#tapped())
  }

  update(name) {
    if (name === 'disabled') this.setAttribute('aria-disabled', String(this.properties.disabled))
    if (name === 'type') this.setAttribute('type', this.properties.type)
    if (name === 'size') this.setAttribute('size', this.properties.size)
  }

  #tapped() {
    const openType = this.properties['open-type'] ?? ''
    if (!OPEN_TYPES.has(openType)) throw breach(`button open-type "${openType}" is not in the harness`)
    if (openType === 'agreePrivacyAuthorization') Button.host.privacy.agreedByButton(this)
    if (openType === 'openSetting') Button.host.settings.show().then((result) => this.fire('opensetting', result))
    const form = this.closest('wx-form')
    if (this.properties['form-type']) form?.act(this.properties['form-type'])
  }
}

class Form extends BuiltIn {
  static properties = declare('flag', 'report-submit')

  act(kind) {
    const fields = [...this.querySelectorAll('*')].filter((field) => field.properties?.name)
    if (kind === 'reset') {
      for (const field of fields) field.reset?.()
      this.fire('reset')
    } else {
      this.fire('submit', { value: Object.fromEntries(fields.map((field) => [field.properties.name, field.value])) })
    }
  }
}

class Navigator extends BuiltIn {
  static properties = declare('value', 'url open-type delta target')

  build() {
    this.setAttribute('role', 'link')
    this.tabIndex = 0
    this.addEventListener('mp-tap', () => this.#go())
  }

  #go() {
    const { url, delta } = this.properties
    const kind = this.properties['open-type'] ?? 'navigate'
    const call = { navigate: 'navigateTo', redirect: 'redirectTo', reLaunch: 'reLaunch', navigateBack: 'navigateBack' }[kind]
    if (!call) throw breach(`navigator open-type "${kind}" is not in the harness`)
    globalThis.wx[call]({ url, delta, fail: (error) => this.fire('fail', error) })
  }
}

export const buttons = { button: Button, form: Form, navigator: Navigator }

/** Give the buttons what their open-types need. */
export function connectButtons(host) {
  Button.host = host
}
