/** picker: a real <select> or date field laid over the content. */
import { breach } from '../host/strict.js'
import { BuiltIn, declare } from './base.js'

class Picker extends BuiltIn {
  static properties = {
    ...declare('flag', 'disabled'),
    ...declare('value', 'mode range range-key value header-text name start end fields'),
  }

  get value() {
    return this.properties.value
  }

  build() {
    const mode = this.properties.mode ?? 'selector'
    if (!['selector', 'date'].includes(mode)) throw breach(`picker mode "${mode}" is not in the harness`)
    this.control = document.createElement(mode === 'date' ? 'input' : 'select')
    if (mode === 'date') this.control.type = 'date'
    this.control.className = 'picker-control'
    this.control.addEventListener('change', (event) => {
      event.stopPropagation()
      this.fire('change', { value: mode === 'date' ? this.control.value : String(this.control.selectedIndex) })
    })
    this.append(this.control)
    this.control.setAttribute('aria-label', this.getAttribute('aria-label') ?? this.properties['header-text'] ?? '请选择')
  }

  setCommon(name, value) {
    super.setCommon(name, value)
    if (name !== 'aria-label') return
    this.control?.setAttribute(name, value)
    this.setAttribute('role', 'group')
  }

  update(name) {
    const { range = [], value = 0 } = this.properties
    const key = this.properties['range-key']
    if (name === 'disabled') this.control.disabled = this.properties.disabled
    if (this.control.localName === 'input') {
      this.control.value = value || ''
      return
    }
    if (name === 'range' || name === 'range-key') {
      this.control.replaceChildren(...range.map((one) => new Option(key ? one[key] : one)))
    }
    this.control.selectedIndex = Number(value)
  }
}

export const pickers = { picker: Picker }
