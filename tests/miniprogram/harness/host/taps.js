/** Knows whether code runs inside a tap, and what it has called so far: some calls must be the first. */
let current = null

/** Run `deliver` as the handling of one tap. */
export function duringTap(deliver) {
  current = { calls: [] }
  try {
    return deliver()
  } finally {
    current = null
  }
}

/** Note an asynchronous wx call. */
export function noteCall(name) {
  current?.calls.push(name)
}

/** Return the calls made in this tap before now, or null outside any tap. */
export function callsInThisTap() {
  return current && [...current.calls]
}

/** Say whether a tap on this DOM element is swallowed by a disabled button around it. */
export function isSwallowed(element) {
  return Boolean(element?.closest?.('wx-button[disabled], wx-button[loading][disabled]'))
}
