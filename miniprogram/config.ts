/** The one place that differs between installations: where the bureau's server is. */
const SERVERS = {
  develop: 'http://127.0.0.1:8000',
  trial: 'https://face.example.gov.cn',
  release: 'https://face.example.gov.cn',
}

export function baseUrl(): string {
  return SERVERS[wx.getAccountInfoSync().miniProgram.envVersion]
}

/** Within how many working days the bureau answers an appeal; the appeal page says so. */
export const REVIEW_DAYS = 3
