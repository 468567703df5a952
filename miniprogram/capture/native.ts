import { finishNative, startNative } from '../services/api'
import type { FinishAnswer } from '../services/contract'

/** Have WeChat itself verify the face; the server asks WeChat what came of it. */
export async function verifyNatively(scene: string, deciding: () => void): Promise<FinishAnswer> {
  const begun = await startNative(scene)
  await shown(begun.verify_id)
  deciding()
  return finishNative(scene)
}

/** Show WeChat's own pages; whether they succeeded is for the server to learn, not for the phone to say. */
function shown(verifyId: string): Promise<void> {
  return new Promise((resolve) => {
    wx.requestFacialVerify({ verifyId, success: () => resolve(), fail: () => resolve() })
  })
}
