/** The one place that differs between installations: where the bureau's server is. */
const SERVERS = {
  develop: 'http://127.0.0.1:8000',
  trial: 'https://face.example.gov.cn',
  release: 'https://face.example.gov.cn',
}

export function baseUrl(): string {
  return SERVERS[wx.getAccountInfoSync().miniProgram.envVersion]
}

/** Within how many working days the bureau looks at an appeal or at 不是我授权的; the pages say so. */
export const REVIEW_DAYS = 3

/** Whom to call to learn what became of 不是我授权的: the insurance's own line. */
export const HOTLINE = '12393'
