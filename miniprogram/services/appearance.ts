import { strings } from './strings/index'
import type { Strings } from './strings/index'

const SMALLEST = 1
const LARGEST = 2

/** Return the style of a page's root: --u is the person's own text size in WeChat, 1–2. */
export function look(): string {
  const info = wx.getAppBaseInfo()
  const wanted = info.fontSizeScaleFactor || (info.fontSizeSetting || 16) / 16
  return `--u:${Math.min(LARGEST, Math.max(SMALLEST, wanted))}`
}

/** Return what every page's data begins with: its texts and its text size. */
export function shell<K extends keyof Strings>(page: K): { t: Strings[K]; look: string } {
  const t = strings()
  return { t: t[page], look: look() }
}

/** Put the page's title into the language of its texts. */
export function title(text: string): void {
  wx.setNavigationBarTitle({ title: text })
}
