import * as api from './api'
import type { Subscription } from './contract'

export type PanelAnswer = Subscription['result'] | 'switch_off' | 'closed'

/** The panel's result: `answer` for pushes, `told` for each template. */
export interface Panel {
  answer: PanelAnswer
  told: Subscription[]
}

const MAIN_SWITCH_OFF = 20004
const RESULTS: readonly string[] = ['accept', 'acceptWithAudio', 'reject', 'ban', 'filter']

/** Return the templates to ask for: that of the pushes first, then that of purchases by agents if there is one. */
export async function templates(): Promise<string[]> {
  const { template_id, agent_template_id } = await api.templates()
  return agent_template_id ? [template_id, agent_template_id] : [template_id]
}

/** Show WeChat's panel. Must be called first in a tap handler: WeChat refuses it after any await. */
export function showPanel(asked: readonly string[]): Promise<Panel> {
  return new Promise((resolve) => {
    wx.requestSubscribeMessage({
      tmplIds: [...asked],
      success: (said) => resolve(understood(asked, said as object as Record<string, string | undefined>)),
      fail: ({ errCode }) => resolve({ answer: errCode === MAIN_SWITCH_OFF ? 'switch_off' : 'closed', told: [] }),
    })
  })
}

export function accepted(answer: PanelAnswer): boolean {
  return answer === 'accept' || answer === 'acceptWithAudio'
}

/** Tell whether a permanent refusal is set (总是保持以上选择), so that no panel opens any more. */
export function isRefusedForever(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    wx.getSetting({
      withSubscriptions: true,
      success: ({ subscriptionsSetting }) => resolve(subscriptionsSetting?.itemSettings?.[id] === 'reject'),
      fail: () => resolve(false),
    })
  })
}

/** Tell whether any requested template was not allowed. */
export function isPartial(asked: readonly string[], { told }: Panel): boolean {
  return told.filter(({ result }) => accepted(result)).length < asked.length
}

/** Return the templates for the next tap: a second template that WeChat refuses closes the whole panel. */
export function nextAsked(asked: string[], { answer }: Panel): string[] {
  return answer === 'closed' ? asked.slice(0, 1) : asked
}

/** Report the panel's result to the server; only a hint, so errors are ignored (WeChat's callbacks decide). */
export async function tell({ told }: Panel): Promise<void> {
  await Promise.all(told.map((one) => api.tellSubscription(one).catch(() => undefined)))
}

function understood(asked: readonly string[], said: Record<string, string | undefined>): Panel {
  const known = asked.filter((id) => RESULTS.includes(said[id] ?? ''))
  const told = known.map((id) => ({ template_id: id, result: said[id] as Subscription['result'] }))
  return { answer: told.find((one) => one.template_id === asked[0])?.result ?? 'closed', told }
}
