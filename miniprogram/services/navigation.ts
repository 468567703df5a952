import type { Scene } from './api'

export type PageName = 'verify' | 'capture' | 'result' | 'appeal' | 'cashier' | 'subscribe' | 'mine' | 'more' | 'agents' | 'staff'

const DEEPEST = 9

/** Go to a page in place of this one: nobody steps back into a finished screen. */
export function go(page: PageName, query: Record<string, string> = {}): void {
  wx.redirectTo({ url: address(page, query) })
}

/** Go to a page from which one comes back. */
export function visit(page: PageName, query: Record<string, string> = {}): void {
  // WeChat opens no eleventh page, and says nothing.
  if (getCurrentPages().length >= DEEPEST) return go(page, query)
  wx.navigateTo({ url: address(page, query) })
}

/** Go back to where one came from; to `home` when a message or a code has opened this page. */
export function back(home: PageName): void {
  if (getCurrentPages().length > 1) wx.navigateBack()
  else go(home)
}

/** Go to a page that has no way back at all: the phone is being handed over. */
export function restart(page: PageName, query: Record<string, string> = {}): void {
  wx.reLaunch({ url: address(page, query) })
}

/** Show a scene's next page; on the cashier's phone nothing lies behind it. */
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

/** Return the ticket in what a scanned code holds, or '' when it is not one of ours. */
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

/** Return the page that shows what a scene waits for. */
export function pageFor(scene: Scene): PageName {
  if (scene.state === 'waiting' || scene.state === 'opened') return scene.channel === 'qr' ? 'cashier' : 'verify'
  if (scene.state === 'consented' || scene.state === 'challenged') return 'capture'
  return 'result'
}
