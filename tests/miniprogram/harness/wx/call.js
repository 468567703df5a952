/** The shape of every asynchronous wx call: success, fail and complete, or else a promise. */
import { breach } from '../host/strict.js'
import { noteCall } from '../host/taps.js'

/** Return an error that a call's `fail` hears. */
export function failure(message, errno) {
  return Object.assign(new Error(message), { errno, isWeChatFailure: true })
}

/** Return a wx call that runs `act(options)`. */
export function call(name, act) {
  return (options = {}) => {
    noteCall(name)
    // What depends on the tap must run inside it; an error becomes a failure all the same.
    const outcome = attempt(() => act(options)).then((result) => ({ errMsg: `${name}:ok`, ...result }))
    if (!options.success && !options.fail && !options.complete) return outcome.catch((error) => reject(name, error))
    settle(name, options, outcome)
    return undefined
  }
}

/** Tell the callbacks of `options` what came of `outcome`. */
export function settle(name, options, outcome) {
  outcome.then(
    (result) => {
      options.success?.(result)
      options.complete?.(result)
    },
    (error) => {
      const told = describe(name, error)
      options.fail?.(told)
      options.complete?.(told)
    },
  )
}

async function attempt(act) {
  return act()
}

function reject(name, error) {
  throw describe(name, error)
}

function describe(name, error) {
  if (!error.isWeChatFailure) breach(`${name}: ${error.message}`)
  const code = error.errno === undefined ? {} : { errno: error.errno, errCode: error.errno }
  return { errMsg: `${name}:fail ${error.message}`, ...code }
}
