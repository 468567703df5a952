/** The only settings that differ between installations, such as the bureau's server. */
const SERVERS = {
  develop: 'http://127.0.0.1:8000',
  trial: 'https://face.example.gov.cn',
  release: 'https://face.example.gov.cn',
}

export function baseUrl(): string {
  return SERVERS[wx.getAccountInfoSync().miniProgram.envVersion]
}

/** Working days within which the bureau reviews an appeal or a dispute (不是我授权的), as shown on the pages. */
export const REVIEW_DAYS = 3

/** Phone number for questions about a dispute (不是我授权的): the insurance's hotline. */
export const HOTLINE = '12393'
