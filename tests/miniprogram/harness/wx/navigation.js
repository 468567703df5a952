/** Moving between pages, and the bar at the top. */
import { breach } from '../host/strict.js'
import { callsInThisTap } from '../host/taps.js'
import { ask } from './sheet.js'

export function navigationCalls(host, call) {
  return {
    navigateTo: call('navigateTo', ({ url }) => host.pages.open(host.pages.resolve(url))),
    redirectTo: call('redirectTo', ({ url }) => host.pages.redirect(host.pages.resolve(url))),
    reLaunch: call('reLaunch', ({ url }) => host.pages.relaunch(host.pages.resolve(url))),
    navigateBack: call('navigateBack', ({ delta } = {}) => goBack(host, delta)),
    exitMiniProgram: call('exitMiniProgram', () => {
      if (!callsInThisTap()) throw breach('exitMiniProgram outside a tap')
      host.pages.outlet.replaceChildren()
      host.pages.stack.length = 0
    }),
    setNavigationBarTitle: call('setNavigationBarTitle', ({ title }) => host.pages.bar.setTitle(title)),
    setNavigationBarColor: call('setNavigationBarColor', ({ frontColor, backgroundColor }) => {
      host.pages.bar.setColours(frontColor, backgroundColor)
    }),
    hideHomeButton: call('hideHomeButton', () => ({})),
    hideShareMenu: call('hideShareMenu', () => ({})),
    pageScrollTo: call('pageScrollTo', ({ scrollTop, selector }) => {
      const target = selector && host.pages.top.box.querySelector(selector.replace(/^(?:.* >>> )?#(.*)$/, '[mp-id="$1"]'))
      if (target) target.scrollIntoView()
      else scrollTo(0, scrollTop ?? 0)
    }),
  }
}

/** Go back, after the question that enableAlertBeforeUnload has set. */
export async function goBack(host, delta) {
  const { question } = host.pages.top
  const buttons = [{ text: '取消', value: false }, { text: '确定', value: true, isMain: true }]
  if (question && !(await ask({ text: question, buttons }))) return
  host.pages.back(delta)
}
