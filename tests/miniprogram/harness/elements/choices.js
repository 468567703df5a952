/** checkbox, radio, switch, label: what is on or off. */
import { BuiltIn, declare } from './base.js'

class Choice extends BuiltIn {
  static properties = {
    ...declare('flag', 'checked disabled'),
    ...declare('value', 'value color name type'),
  }

  build() {
    this.setAttribute('role', this.constructor.role)
    this.tabIndex = 0
    this.addEventListener('mp-tap', (event) => {
      event.stopPropagation()
      this.choose()
    })
  }

  get isOn() {
    return this.hasAttribute('checked')
  }

  update(name) {
    if (name === 'checked') this.show(this.properties.checked)
  }

  show(on) {
    this.toggleAttribute('checked', on)
    this.setAttribute('aria-checked', String(on))
  }

  connectedCallback() {
    super.connectedCallback()
    this.show(Boolean(this.properties.checked))
  }
}

class Checkbox extends Choice {
  static role = 'checkbox'

  choose() {
    if (this.properties.disabled) return
    this.show(!this.isOn)
    this.closest('wx-checkbox-group')?.changed()
  }
}

class Radio extends Choice {
  static role = 'radio'

  choose() {
    if (this.properties.disabled || this.isOn) return
    const group = this.closest('wx-radio-group')
    for (const other of group?.querySelectorAll('wx-radio') ?? []) other.show(false)
    this.show(true)
    group?.changed()
  }
}

class Switch extends Choice {
  static role = 'switch'

  get value() {
    return this.isOn
  }

  choose() {
    if (this.properties.disabled) return
    this.show(!this.isOn)
    this.fire('change', { value: this.isOn })
  }
}

class CheckboxGroup extends BuiltIn {
  static properties = declare('value', 'name')

  get value() {
    return [...this.querySelectorAll('wx-checkbox')].filter(({ isOn }) => isOn).map(({ properties }) => properties.value)
  }

  changed() {
    this.fire('change', { value: this.value })
  }
}

class RadioGroup extends BuiltIn {
  static properties = declare('value', 'name')

  build() {
    this.setAttribute('role', 'radiogroup')
  }

  get value() {
    return [...this.querySelectorAll('wx-radio')].find(({ isOn }) => isOn)?.properties.value ?? ''
  }

  changed() {
    this.fire('change', { value: this.value })
  }
}

const LABELLED = 'wx-checkbox,wx-radio,wx-switch,wx-input,wx-textarea'

class Label extends BuiltIn {
  static properties = declare('value', 'for')

  build() {
    this.addEventListener('mp-tap', ({ target }) => {
      if (target.closest(LABELLED)) return
      const field = this.#target()
      if (field?.choose) field.choose()
      else field?.field?.focus()
    })
  }

  /** A label gives its text to the field it belongs to, as screen readers in WeChat do. */
  connectedCallback() {
    super.connectedCallback()
    requestAnimationFrame(() => {
      const field = this.#target()
      const text = this.innerText.trim()
      if (field && text && !field.hasAttribute('aria-label')) field.setCommon('aria-label', text)
    })
  }

  #target() {
    const id = this.properties.for
    return id ? document.querySelector(`[mp-id="${CSS.escape(id)}"]`) : this.querySelector(LABELLED)
  }
}

export const choices = {
  checkbox: Checkbox,
  'checkbox-group': CheckboxGroup,
  radio: Radio,
  'radio-group': RadioGroup,
  switch: Switch,
  label: Label,
}
