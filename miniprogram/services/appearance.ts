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

/** Return the initial data of every page: its texts, the common texts, and the text size. */
export function shell<K extends keyof Strings>(page: K): { t: Strings[K]; common: Strings['common']; look: string } {
  const said = strings()
  return { t: said[page], common: said.common, look: look() }
}

/** Set the page's title in the language of its texts. */
export function title(text: string): void {
  wx.setNavigationBarTitle({ title: text })
}

/** Hide the way to the home page, since another person may hold the phone; WeChat requires this in onShow. */
export function alone(): void {
  wx.hideHomeButton()
}
