import type { LoginAnswer } from './contract'
import { send } from './http'
import { asProblem, problem } from './problem'

// Kept in memory only: no session data stays on the phone.
let token = ''
let running: Promise<string> | null = null

/** Run something with a token; when the session has ended, log in once more and repeat it. */
export async function withSession<T>(run: (token: string) => Promise<T>): Promise<T> {
  const used = token || (await login())
  try {
    return await run(used)
  } catch (thrown) {
    if (asProblem(thrown).status !== 401) throw thrown
    // Another call may have renewed it already.
    if (token === used) token = ''
    return run(token || (await login()))
  }
}

/** Log in once for all concurrent callers. */
function login(): Promise<string> {
  running ??= exchange().finally(() => {
    running = null
  })
  return running
}

async function exchange(): Promise<string> {
  const code = await loginCode()
  const answer = (await send({ method: 'POST', path: '/mp/v1/login', body: { code }, once: true })) as LoginAnswer
  token = answer.token
  return token
}

function loginCode(): Promise<string> {
  return new Promise((resolve, reject) => {
    wx.login({ success: (answer) => resolve(answer.code), fail: () => reject(problem('offline')) })
  })
}
