/** Pages that are not part of a running purchase. */
export const REST: readonly string[] = ['pages/mine/mine', 'pages/agents/agents', 'pages/subscribe/subscribe']

export function pageOnTop(): string {
  const pages = getCurrentPages()
  return pages[pages.length - 1]?.route ?? ''
}
