import { finishNative, startNative } from '../services/api'
import type { FinishAnswer } from '../services/contract'
import { LEFT } from '../services/outcome'
import { problem } from '../services/problem'

const CANCELLED = 90002

/** Have WeChat itself verify the face; the server asks WeChat what came of it. */
export async function verifyNatively(scene: string, deciding: () => void): Promise<FinishAnswer> {
  // Below base library 3.8.12 there is no such call.
  if (!wx.requestFacialVerify) throw problem('native_unsupported')
  const begun = await startNative(scene)
  const isLeft = await shown(begun.verify_id)
  deciding()
  const answer = await finishNative(scene)
  return isLeft && answer.outcome === 'retry' ? { ...answer, hint: LEFT } : answer
}

/** Show WeChat's own pages; true when the person left them. Whether they succeeded is for the server to learn, not for the phone to say. */
function shown(verifyId: string): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = (error?: { errCode?: number; errMsg?: string }) => {
      resolve(error?.errCode === CANCELLED || /cancel/.test(error?.errMsg ?? ''))
    }
    wx.requestFacialVerify({ verifyId, success: () => resolve(false), fail: failed as () => void })
  })
}
