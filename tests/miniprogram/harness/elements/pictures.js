/** image, cover-image, icon, rich-text, progress, slider. */
import { fileAddress } from '../wx/files.js'
import { BuiltIn, declare } from './base.js'

class Picture extends BuiltIn {
  static properties = {
    ...declare('flag', 'lazy-load show-menu-by-longpress webp'),
    ...declare('value', 'src mode'),
  }

  build() {
    this.image = new Image()
    this.image.alt = ''
    this.image.addEventListener('load', () => {
      this.fire('load', { width: this.image.naturalWidth, height: this.image.naturalHeight })
    })
    this.image.addEventListener('error', () => this.fire('error', { errMsg: `no picture at ${this.properties.src}` }))
    this.append(this.image)
    if (this.hasAttribute('aria-label')) this.setAttribute('role', 'img')
  }

  setCommon(name, value) {
    super.setCommon(name, value)
    if (name === 'aria-label') this.setAttribute('role', 'img')
  }

  update(name) {
    if (name === 'src' && this.properties.src) this.image.src = fileAddress(this.properties.src)
    if (name === 'mode') this.setAttribute('mode', this.properties.mode)
  }
}

class Icon extends BuiltIn {
  static properties = declare('value', 'type size color')
  static signs = { success: '✓', success_no_circle: '✓', info: 'ⓘ', warn: '!', waiting: '…', cancel: '×', search: '⌕' }

  update() {
    const { type, size = 23, color } = this.properties
    this.textContent = Icon.signs[type] ?? ''
    Object.assign(this.style, { fontSize: `${parseFloat(size)}px`, color: color ?? '' })
  }
}

class RichText extends BuiltIn {
  static properties = declare('value', 'nodes space user-select')

  update() {
    const { nodes } = this.properties
    if (typeof nodes === 'string') this.innerHTML = nodes
    else this.replaceChildren(...(nodes ?? []).map(richNode))
  }
}

function richNode({ type, text, name, attrs = {}, children = [] }) {
  if (type === 'text') return document.createTextNode(text)
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attrs)) element.setAttribute(key, value)
  element.append(...children.map(richNode))
  return element
}

class Progress extends BuiltIn {
  static properties = {
    ...declare('flag', 'show-info active'),
    ...declare('value', 'percent stroke-width activeColor backgroundColor border-radius'),
  }

  build() {
    this.setAttribute('role', 'progressbar')
    this.bar = document.createElement('i')
    this.append(this.bar)
  }

  update() {
    const { percent = 0, activeColor } = this.properties
    this.setAttribute('aria-valuenow', String(percent))
    Object.assign(this.bar.style, { width: `${percent}%`, background: activeColor ?? '' })
  }
}

class Slider extends BuiltIn {
  static properties = { ...declare('flag', 'disabled show-value'), ...declare('value', 'min max step value name') }

  build() {
    this.control = Object.assign(document.createElement('input'), { type: 'range' })
    this.control.addEventListener('change', () => this.fire('change', { value: Number(this.control.value) }))
    this.append(this.control)
  }

  update(name) {
    if (['min', 'max', 'step', 'value'].includes(name)) this.control[name] = this.properties[name]
  }
}

export const pictures = {
  image: Picture,
  'cover-image': Picture,
  icon: Icon,
  'rich-text': RichText,
  progress: Progress,
  slider: Slider,
}
