/** An error as a value: the server's code (RFC 9457), or `offline` when there was no answer. */
export interface Problem {
  readonly problem: true
  readonly code: string
  readonly status: number
  readonly retryAfterMs: number
}

export function problem(code: string, status = 0, retryAfterMs = 0): Problem {
  return { problem: true, code, status, retryAfterMs }
}

/** Convert a thrown value to a Problem; a programming error stays recognisable by its code. */
export function asProblem(thrown: unknown): Problem {
  const known = thrown as Partial<Problem> | null
  return known && known.problem === true ? (known as Problem) : problem('internal')
}

/** Tell whether sending the same thing again may help. */
export function isPassing(trouble: Problem): boolean {
  if (trouble.code === 'wechat_misconfigured') return false
  return trouble.status === 0 ? trouble.code === 'offline' : trouble.status >= 500 || trouble.status === 408
}
