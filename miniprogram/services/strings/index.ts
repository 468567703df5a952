import { en } from './en'
import { zh } from './zh'

export type Strings = typeof zh

// A language needs one file and one line here; missing texts stay Chinese.
// 藏 bo · 维 ug · 蒙 mn · 壮 za: WeChat reports these codes once the phone is set to them.
type Partly = { [Page in keyof Strings]?: Partial<Strings[Page]> }
const LANGUAGES: Record<string, Partly> = { zh, en, bo: {}, ug: {}, mn: {}, za: {} }

let current: Strings | null = null

/** Return the texts in the language of this WeChat. */
export function strings(): Strings {
  current ??= inLanguage(wx.getAppBaseInfo().language)
  return current
}

/** Return the texts of a language code such as zh_CN or en. */
export function inLanguage(code: string): Strings {
  const partly = LANGUAGES[code.split(/[-_]/)[0] as string] ?? zh
  const whole: Record<string, object> = {}
  for (const page of Object.keys(zh) as (keyof Strings)[]) whole[page] = { ...zh[page], ...partly[page] }
  return whole as Strings
}

/** Tell whether the recorded Chinese prompts match the screen's language. */
export function isSpoken(): boolean {
  return strings().common.next === zh.common.next
}

/** Fill a text's {placeholders} with values. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}

/** Return the text for a problem and the next step; `own` for a face check on 我的. */
export function explain(code: string, own = false): string {
  const said: Record<string, string> = strings().problems
  const known = said[code] ? code : 'internal'
  return (own && said[`${known}_self`]) || (said[known] as string)
}
