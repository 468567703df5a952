/** Foreground and background of the whole mini-program. */
const listeners = { show: new Set(), hide: new Set() }
let visible = true

export const isVisible = () => visible

/** Call `listener` at every change to `show` or `hide`; return the way to stop it. */
export function on(what, listener) {
  listeners[what].add(listener)
  return () => listeners[what].delete(listener)
}

export function off(what, listener) {
  if (listener) listeners[what].delete(listener)
  else listeners[what].clear()
}

/** Tell everybody that the mini-program came to the front or went to the back. */
export function change(what, options) {
  visible = what === 'show'
  for (const listener of [...listeners[what]]) listener(options)
}
