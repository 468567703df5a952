import { tellSubscription } from './api'
import type { Subscription } from './contract'

export type PanelAnswer = Subscription['result'] | 'switch_off' | 'closed'

const MAIN_SWITCH_OFF = 20004
const RESULTS: readonly string[] = ['accept', 'acceptWithAudio', 'reject', 'ban', 'filter']

/** Show WeChat's panel. Must be the first thing a tap does: WeChat refuses it after anything awaited. */
export function showPanel(templateId: string): Promise<PanelAnswer> {
  return new Promise((resolve) => {
    wx.requestSubscribeMessage({
      tmplIds: [templateId],
      success: (answer) => resolve(understood(answer[templateId] as string | undefined)),
      fail: (failure) => resolve(failure.errCode === MAIN_SWITCH_OFF ? 'switch_off' : 'closed'),
    })
  })
}

export function accepted(answer: PanelAnswer): boolean {
  return answer === 'accept' || answer === 'acceptWithAudio'
}

/** Tell the server what was tapped: a hint, so its failing harms nobody (WeChat's callbacks decide). */
export async function tell(templateId: string, answer: PanelAnswer): Promise<void> {
  if (answer === 'switch_off' || answer === 'closed') return
  await tellSubscription({ template_id: templateId, result: answer }).catch(() => undefined)
}

function understood(result: string | undefined): PanelAnswer {
  return RESULTS.includes(result ?? '') ? (result as PanelAnswer) : 'closed'
}
