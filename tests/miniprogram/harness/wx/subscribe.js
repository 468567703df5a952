/** wx.requestSubscribeMessage: only in a tap, before any other call, at most five templates of one kind. */
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import { callsInThisTap } from '../host/taps.js'
import { failure } from './call.js'
import { ask, make } from './sheet.js'
import { simulate } from './simulator.js'

const ALWAYS = '总是保持以上选择，不再询问'
const MAX_TEMPLATES = 5
const MIXED = 20002
const MAIN_SWITCH_OFF = 20004

export function subscribeCalls(host, call) {
  return {
    requestSubscribeMessage: call('requestSubscribeMessage', (options) => {
      // The call itself is already noted, so it must be the only one.
      const calls = callsInThisTap()
      if (!calls) throw breach('requestSubscribeMessage outside a tap')
      if (calls.length > 1) throw breach(`requestSubscribeMessage after ${calls[0]} in the same tap`)
      return subscribe(host, options.tmplIds ?? [])
    }),
  }
}

async function subscribe(host, templates) {
  if (templates.length === 0) throw failure("TmplIds can't be empty", 10001)
  if (templates.length > MAX_TEMPLATES) throw failure('Templates count out of max bounds', 20003)
  if (host.settings.all.mainSwitch === false) throw failure('The main switch is switched off', MAIN_SWITCH_OFF)
  const known = await account()
  const kinds = templates.flatMap((template) => known.get(template)?.long_term ?? [])
  if (new Set(kinds).size > 1) throw failure('Templates type must be same', MIXED)
  const { remembered } = host.settings
  const isAsked = templates.some((template) => !(template in remembered))
  const results = isAsked ? await answered(host, templates, known) : templates.map((template) => remembered[template])
  for (const [i, template] of templates.entries()) {
    await simulate('/sim/v1/subscribe', { openid: parameters.openid, template_id: template, result: results[i] })
  }
  return Object.fromEntries(templates.map((template, i) => [template, results[i]]))
}

/** Show the panel and return what was answered for each template. */
async function answered({ settings }, templates, known) {
  const rows = templates.map((template) => row(known.get(template)?.title ?? '待办事项提醒'))
  const always = row(ALWAYS, false)
  const allowed = await ask(panel(rows, always, templates.length > 1))
  const accepts = rows.map(({ tick }) => allowed && tick.checked)
  if (always.tick.checked) for (const [i, template] of templates.entries()) settings.remember(template, accepts[i])
  return accepts.map((isAllowed) => (isAllowed ? 'accept' : 'reject'))
}

/** Return the account's templates by their ids. */
async function account() {
  const answer = await fetch(new URL('/sim/v1/templates', parameters.simulator)).catch(() => null)
  const { templates } = answer?.ok ? await answer.json() : { templates: [] }
  return new Map(templates.map((template) => [template.template_id, template]))
}

/** Return one line of the panel and its tick. */
function row(title, checked = true) {
  const line = make('li', '')
  const label = make('label', '', title)
  const tick = Object.assign(make('input', ''), { type: 'checkbox', checked })
  label.append(tick)
  line.append(label)
  return { line, tick }
}

/** Return WeChat's panel: the templates, each with a tick where there are several, 总是保持, 拒绝 and 允许. */
function panel(rows, always, isChoice) {
  const list = make('ul', 'templates')
  list.append(...rows.map(({ line }) => line), always.line)
  for (const { tick } of rows) tick.hidden = !isChoice
  const buttons = [{ text: '拒绝', value: false }, { text: '允许', value: true, isMain: true }]
  const text = '医保人脸核验 申请获取一次性订阅消息'
  return { title: '订阅消息', text, content: list, buttons, kind: 'bottom' }
}
