import { baseUrl } from '../config'
import { problem } from './problem'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Sending {
  method: Method
  path: string
  token?: string
  body?: object | ArrayBuffer | null
  contentType?: string
  timeoutMs?: number
  /** The caller retries by itself. */
  once?: boolean
}

const TIMEOUT_MS = 15_000
const AGAIN_MS = 700

/** Send one request and return the answer's JSON; throw a Problem for everything else. A broken connection is retried once, because requests are idempotent. */
export function send(sending: Sending): Promise<unknown> {
  return new Promise((resolve, reject) => {
    wx.request({
      url: baseUrl() + sending.path,
      method: sending.method,
      header: headers(sending),
      data: sending.body ?? (sending.method === 'GET' ? undefined : {}),
      timeout: sending.timeoutMs ?? TIMEOUT_MS,
      // Any status code arrives here; only a broken connection goes to `fail`.
      success: (reply) => {
        if (reply.statusCode < 300) resolve(reply.data)
        else reject(refusal(reply.statusCode, reply.data, reply.header))
      },
      fail: ({ errMsg }) => {
        if (sending.once || /timeout/.test(errMsg)) reject(problem('offline'))
        else setTimeout(() => send({ ...sending, once: true }).then(resolve, reject), AGAIN_MS)
      },
    })
  })
}

function headers(sending: Sending): Record<string, string> {
  const given: Record<string, string> = { 'content-type': sending.contentType ?? 'application/json' }
  if (sending.token) given['authorization'] = `Bearer ${sending.token}`
  return given
}

function refusal(status: number, data: unknown, header: WechatMiniprogram.IAnyObject): unknown {
  const said = typeof data === 'string' ? parsed(data) : (data as { code?: string } | null)
  const wait = Number(header?.['Retry-After'] ?? header?.['retry-after'] ?? 0)
  return problem(said?.code ?? 'internal', status, Number.isFinite(wait) ? wait * 1000 : 0)
}

// application/problem+json is not always parsed by WeChat, which looks for application/json.
function parsed(text: string): { code?: string } | null {
  try {
    return JSON.parse(text) as { code?: string }
  } catch {
    return null
  }
}
