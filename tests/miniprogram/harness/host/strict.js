/** What WeChat would have refused, and what it would have warned of; a test reads both lists. */
export const violations = []
export const warnings = []

/** Record a breach of WeChat's rules and return the error to throw. */
export function breach(message) {
  violations.push(message)
  console.error(`[breach] ${message}`)
  return new Error(message)
}

/** Record what WeChat only grumbles about. */
export function warn(message) {
  warnings.push(message)
  console.warn(`[warning] ${message}`)
}

/** Record everything that nobody caught. */
export function watchErrors(glassEasel) {
  glassEasel.addGlobalWarningListener((message) => void breach(`glass-easel: ${message}`))
  glassEasel.addGlobalErrorListener((error) => void breach(`uncaught: ${error?.stack ?? error}`))
  addEventListener('error', (event) => breach(`uncaught: ${event.error?.stack ?? event.message}`))
  addEventListener('unhandledrejection', ({ reason }) => {
    breach(`unhandled rejection: ${reason?.stack ?? reason?.errMsg ?? JSON.stringify(reason)}`)
  })
}
