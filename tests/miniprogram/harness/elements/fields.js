/** input and textarea over the browser's own. */
import { BuiltIn, declare } from './base.js'

const KEYBOARDS = { number: 'numeric', digit: 'decimal', idcard: 'text', text: 'text' }
const MOVED_INSIDE = new Set(['aria-label', 'aria-describedby', 'aria-invalid', 'aria-required'])

class Field extends BuiltIn {
  static properties = {
    ...declare('flag', 'disabled focus auto-focus password adjust-position hold-keyboard confirm-hold auto-height fixed show-confirm-bar'),
    ...declare('value', 'value placeholder placeholder-class placeholder-style maxlength type name confirm-type cursor cursor-spacing always-embed'),
  }

  get value() {
    return this.field.value
  }

  reset() {
    this.field.value = ''
  }

  /** The name for screen readers belongs to what is really typed into. */
  setCommon(name, value) {
    this.makeField()
    if (MOVED_INSIDE.has(name)) this.field.setAttribute(name, String(value))
    else super.setCommon(name, value)
  }

  makeField() {
    this.field ??= document.createElement(this.constructor.tag)
  }

  build() {
    this.makeField()
    this.append(this.field)
    this.field.maxLength = 140
    this.field.autocomplete = 'off'
    this.#listen()
  }

  #listen() {
    const { field } = this
    field.addEventListener('input', (event) => {
      event.stopPropagation()
      this.fire('input', { value: field.value, cursor: field.selectionStart, keyCode: 0 })
    })
    field.addEventListener('focus', () => this.fire('focus', { value: field.value, height: 0 }))
    field.addEventListener('blur', () => this.fire('blur', { value: field.value, cursor: field.selectionStart }))
    field.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter' && this.constructor.tag === 'input') this.fire('confirm', { value: field.value })
    })
  }

  update(name) {
    const { field } = this
    const value = this.properties[name]
    const follow = {
      value: () => this.#setValue(String(value ?? '')),
      placeholder: () => this.#setPlaceholder(String(value ?? '')),
      maxlength: () => Number(value) < 0 ? field.removeAttribute('maxlength') : (field.maxLength = Number(value)),
      disabled: () => (field.disabled = value),
      password: () => (field.type = value ? 'password' : 'text'),
      type: () => (field.inputMode = KEYBOARDS[value] ?? 'text'),
      focus: () => value && field.focus(),
    }[name]
    follow?.()
  }

  #setValue(value) {
    if (this.field.value !== value) this.field.value = value
  }

  #setPlaceholder(text) {
    this.field.placeholder = text
  }
}

class Input extends Field {
  static tag = 'input'
}

class Textarea extends Field {
  static tag = 'textarea'
}

export const fields = { input: Input, textarea: Textarea }
