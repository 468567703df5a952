import { finishNative, startNative } from '../services/api'
import type { FinishAnswer } from '../services/contract'
import { LEFT } from '../services/outcome'
import { isCameraRefused } from '../services/privacy'
import { problem } from '../services/problem'

const CANCELLED = 90002

type Ending = 'done' | 'left' | 'camera_denied'

/** Have WeChat verify the face; the server queries the result. Throws a Problem. */
export async function verifyNatively(scene: string, deciding: () => void): Promise<FinishAnswer> {
  // Checked first: an unsupported phone uses up no session and shows the alternative.
  if (!(await isSupported())) throw problem('native_unsupported')
  const begun = await startNative(scene)
  const ending = await shown(begun.verify_id)
  deciding()
  const answer = await finishNative(scene)
  if (answer.outcome !== 'retry' || ending === 'done') return answer
  if (ending === 'camera_denied') throw problem('camera_denied')
  return { ...answer, hint: LEFT }
}

/** Tell whether this phone and this WeChat can do it; below base library 3.8.12 there are no such calls. */
function isSupported(): Promise<boolean> {
  if (!wx.requestFacialVerify || !wx.checkIsSupportFacialRecognition) return Promise.resolve(false)
  return new Promise((resolve) => {
    wx.checkIsSupportFacialRecognition({ success: () => resolve(true), fail: () => resolve(false) })
  })
}

/** Show WeChat's own pages and return how they ended. Only the server learns whether the person passed. */
function shown(verifyId: string): Promise<Ending> {
  return new Promise((resolve) => {
    const failed = async (error?: { errCode?: number; errMsg?: string }) => {
      const isLeft = error?.errCode === CANCELLED || /cancel/.test(error?.errMsg ?? '')
      if (isLeft) resolve('left')
      else resolve((await isCameraRefused()) ? 'camera_denied' : 'done')
    }
    wx.requestFacialVerify({ verifyId, success: () => resolve('done'), fail: failed as () => void })
  })
}
