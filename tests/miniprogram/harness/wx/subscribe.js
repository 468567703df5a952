/** wx.requestSubscribeMessage: only in a tap, before any other call, at most three templates. */
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import { callsInThisTap } from '../host/taps.js'
import { failure } from './call.js'
import { ask, make } from './sheet.js'
import { simulate } from './simulator.js'

const MAX_TEMPLATES = 3
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
  const result = (await ask(panel())) ? 'accept' : 'reject'
  for (const template of templates) {
    await simulate('/sim/v1/subscribe', { openid: parameters.openid, template_id: template, result })
  }
  return Object.fromEntries(templates.map((template) => [template, result]))
}

/** Return WeChat's panel: the list of templates, 拒绝 and 允许. */
function panel() {
  const list = make('ul', 'templates')
  list.append(make('li', '', '待办事项提醒'))
  const buttons = [{ text: '拒绝', value: false }, { text: '允许', value: true, isMain: true }]
  const text = '医保人脸核验 申请获取一次性订阅消息'
  return { title: '订阅消息', text, content: list, buttons, kind: 'bottom' }
}
