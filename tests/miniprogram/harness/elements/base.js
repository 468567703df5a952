/** What every built-in element shares: declared properties with raw values, and events to the mini-program. */
import { breach } from '../host/strict.js'

const COMMON = /^(data-|aria-|mark:|role$|slot$|hover-|generic:)/

export class BuiltIn extends HTMLElement {
  /** name → 'flag' for what is on or off, 'value' for anything else. */
  static properties = {}

  properties = {}

  setProperty(name, value) {
    if (name === 'hidden') this.hidden = Boolean(value)
    else if (COMMON.test(name)) this.setCommon(name, value)
    else this.#setDeclared(name, value)
  }

  /** WeChat's aria-role is the web's role. */
  setCommon(name, value) {
    const attribute = name === 'aria-role' ? 'role' : name
    if (value === undefined || value === null) this.removeAttribute(attribute)
    else if (!name.includes(':')) this.setAttribute(attribute, String(value))
  }

  #setDeclared(name, value) {
    const kind = this.constructor.properties[name]
    if (!kind) throw breach(`<${this.localName.slice(3)}> has no attribute "${name}"`)
    this.properties[name] = kind === 'flag' ? Boolean(value) : value
    if (kind === 'flag') this.toggleAttribute(name, Boolean(value))
    if (this.isConnected) this.update(name)
  }

  connectedCallback() {
    if (!this.isBuilt) {
      this.isBuilt = true
      this.build()
    }
    for (const name of Object.keys(this.properties)) this.update(name)
  }

  /** Make what is inside, once. */
  build() {}

  /** Follow a property that has changed. */
  update() {}

  /** Send an event to the mini-program's listeners. */
  fire(name, detail = {}, options = {}) {
    if (!this.__wxElement) return
    BuiltIn.events.triggerEvent(this.__wxElement, name, detail, { bubbles: false, composed: false, ...options })
  }
}

/** Return `{name: kind}` for a list of names. */
export function declare(kind, names) {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]))
}
