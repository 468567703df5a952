/** page-meta: the root text size and the page's own style; it must be a page's first element. */
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import { BuiltIn, declare } from './base.js'

class PageMeta extends BuiltIn {
  static properties = declare(
    'value',
    'root-font-size page-font-size page-style background-color background-text-style root-background-color scroll-top scroll-duration page-orientation',
  )

  build() {
    const page = this.closest('wx-page-body')
    if (page?.querySelector('wx-page > *') !== this) throw breach('page-meta must be the first element of a page')
  }

  update(name) {
    const page = this.closest('wx-page-body')
    const value = this.properties[name]
    if (name === 'root-font-size') document.documentElement.style.fontSize = fontSize(value)
    if (name === 'page-font-size') page.style.fontSize = fontSize(value)
    if (name === 'page-style') page.style.cssText += `;${value ?? ''}`
    if (name === 'background-color') document.body.style.background = value
    if (name === 'scroll-top') scrollTo(0, parseFloat(value))
  }

  disconnectedCallback() {
    document.documentElement.style.fontSize = ''
  }
}

/** `system` follows the text size the person has chosen in WeChat. */
function fontSize(value) {
  return value === 'system' ? `${parameters.fontSize}px` : value
}

export const pageMetas = { 'page-meta': PageMeta }
