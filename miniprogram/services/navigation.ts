import type { Scene } from './api'

export type PageName = 'verify' | 'capture' | 'result' | 'appeal' | 'cashier' | 'subscribe' | 'mine' | 'more' | 'agents' | 'staff'

const DEEPEST = 9

/** Replace this page by another, so that nobody can return to a finished screen. */
export function go(page: PageName, query: Record<string, string> = {}): void {
  wx.redirectTo({ url: address(page, query) })
}

/** Open a page from which the user can return. */
export function visit(page: PageName, query: Record<string, string> = {}): void {
  // WeChat silently refuses an eleventh page.
  if (getCurrentPages().length >= DEEPEST) return go(page, query)
  wx.navigateTo({ url: address(page, query) })
}

/** Return to the previous page, or to `home` when a message or a code opened this page. */
export function back(home: PageName): void {
  if (getCurrentPages().length > 1) wx.navigateBack()
  else go(home)
}

/** Open a page without a way back, because the phone is being handed over. */
export function restart(page: PageName, query: Record<string, string> = {}): void {
  wx.reLaunch({ url: address(page, query) })
}

/** Open a scene's next page; on the cashier's phone without a way back. */
export function follow(page: PageName, scene: Pick<Scene, 'scene' | 'channel'>): void {
  const to = scene.channel === 'qr' ? restart : go
  to(page, { scene: scene.scene })
}

function address(page: PageName, query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return `/pages/${page}/${page}${pairs.length ? '?' + pairs.join('&') : ''}`
}

/** Return the ticket a page was opened with; a code's arrives URL-encoded. */
export function ticket(query: Record<string, string | undefined>): string {
  return decoded(query.scene ?? '').trim()
}

/** Return the ticket in a scanned code, or '' when it is not one of ours. */
export function ticketOf(scanned: { path?: string; result?: string }): string {
  const text = scanned.path || scanned.result || ''
  const found = /^\/?pages\/(?:verify|cashier)\/(?:verify|cashier)\?(?:.*&)?scene=([^&#]+)/.exec(text)
  return found ? decoded(found[1] as string) : ''
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Return the page for a scene's state. */
export function pageFor(scene: Scene): PageName {
  if (scene.state === 'waiting' || scene.state === 'opened') return scene.channel === 'qr' ? 'cashier' : 'verify'
  if (scene.state === 'consented' || scene.state === 'challenged') return 'capture'
  return 'result'
}
