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

/** Return what every page's data begins with: its texts, those of all pages, and its text size. */
export function shell<K extends keyof Strings>(page: K): { t: Strings[K]; common: Strings['common']; look: string } {
  const said = strings()
  return { t: said[page], common: said.common, look: look() }
}

/** Put the page's title into the language of its texts. */
export function title(text: string): void {
  wx.setNavigationBarTitle({ title: text })
}

/** For a page from which there is no way to the home page, since somebody else may hold the phone; WeChat wants it in onShow. */
export function alone(): void {
  wx.hideHomeButton()
}
