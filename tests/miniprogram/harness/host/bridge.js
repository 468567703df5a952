/** Joins glass-easel to the DOM: raw values reach our elements, ids are readable, taps are marked as taps. */
import { duringTap, isSwallowed } from './taps.js'

/** Give values to our elements as they are; glass-easel would write them as texts. */
export function passRawProperties({ NativeNode }) {
  const original = NativeNode.prototype.updateAttribute
  NativeNode.prototype.updateAttribute = function updateAttribute(name, value) {
    const element = this.getBackendElement?.()
    if (element?.setProperty) element.setProperty(name, value)
    else original.call(this, name, value)
  }
}

/** Write a WXML id as the attribute mp-id, so that tests can select it. */
export function publishIds({ Element }) {
  const original = Object.getOwnPropertyDescriptor(Element.prototype, 'id')
  Object.defineProperty(Element.prototype, 'id', {
    ...original,
    set(value) {
      original.set.call(this, value)
      this.getBackendElement?.()?.setAttribute('mp-id', value)
    },
  })
}

/** Return a DOM backend whose events go through the tap rules. */
export function connectBackend({ CurrentWindowBackendContext, Event }) {
  const context = new CurrentWindowBackendContext()
  context.onEvent((target, type, detail, options) => {
    const deliver = () => {
      const event = new Event(type, detail, options)
      Event.dispatchEvent(target, event)
      return event.getEventBubbleStatus()
    }
    if (type !== 'tap') return deliver()
    const touched = options.originalEvent?.target
    if (isSwallowed(touched)) return undefined
    return duringTap(() => {
      const status = deliver()
      // What built-in elements do on a tap of their own: submit, toggle, navigate.
      touched?.dispatchEvent(new CustomEvent('mp-tap', { bubbles: true }))
      return status
    })
  })
  return context
}
