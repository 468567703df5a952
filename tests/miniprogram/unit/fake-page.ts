import { wx } from './fake-wx'

type Definition = Record<string, unknown> & { data: Record<string, unknown> }
type Reply = object | number | 'cut'

/** One opened page, loosely typed: a page's own type is known to WeChat alone. */
export type Opened = Record<string, any>

let defined: Definition | null = null

/** Where the mini-program went, in order. */
export const went: string[] = []

for (const way of ['redirectTo', 'reLaunch', 'navigateTo']) wx[way] = ({ url }: { url: string }) => void went.push(url)
for (const call of ['setNavigationBarTitle', 'hideHomeButton', 'pageScrollTo']) wx[call] = () => undefined
wx.navigateBack = () => void went.push('back')
/** How many pages are open. */
export const open = { pages: 1 }
Object.assign(globalThis, { getCurrentPages: () => Array(open.pages).fill({}), Page: (definition: Definition) => { defined = definition } })

/** Load a page's module; return what makes one such page, as WeChat does each time it is opened. */
export async function pages(load: () => Promise<unknown>): Promise<(query?: object) => Opened> {
  await load()
  const { data, ...rest } = defined as Definition
  return (query = {}) => {
    went.length = 0
    const page: Opened = { ...rest, data: structuredClone(data) }
    page.setData = (changes: object) => Object.assign(page.data, changes)
    page.onLoad?.(query)
    return page
  }
}

/** Answer requests by `METHOD path` with an object, a status, or a cut; while `hold` is on they wait. */
export function server(replies: Record<string, () => Reply>) {
  const asked: string[] = []
  const sent: unknown[] = []
  const waiting: (() => void)[] = []
  const state = { asked, sent, hold: false, give: () => { state.hold = false; waiting.splice(0).forEach((send) => send()) } }
  wx.login = ({ success }: { success: (answer: object) => void }) => success({ code: 'x' })
  wx.request = ({ url, method, data, success, fail }: { url: string; method: string; data: unknown; success: (reply: object) => void; fail: (told: object) => void }) => {
    const key = `${method} ${new URL(url).pathname.replace('/mp/v1/', '')}`
    const send = () => {
      const reply = key === 'POST login' ? { token: 't', expires_in: 1 } : (replies[key] ?? (() => ({})))()
      if (reply === 'cut') fail({ errMsg: 'request:fail timeout' })
      else if (typeof reply === 'number') success({ statusCode: reply, header: {}, data: { code: 'wrong_state' } })
      else success({ statusCode: 200, header: {}, data: reply })
    }
    if (key !== 'POST login') {
      asked.push(key)
      sent.push(data)
    }
    if (state.hold && key !== 'POST login') waiting.push(send)
    else setImmediate(send)
  }
  return state
}

/** Let requests be answered, and what follows from them happen: each turn of the loop carries them one step. */
export async function answered(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((wait) => setTimeout(wait, 2))
}
