/** Pages on which nobody is in the middle of a purchase. */
export const REST: readonly string[] = ['pages/mine/mine', 'pages/agents/agents', 'pages/subscribe/subscribe']

export function pageOnTop(): string {
  const pages = getCurrentPages()
  return pages[pages.length - 1]?.route ?? ''
}
