import { problem } from '../services/problem'
import type { Stage } from './take'

const SILENT_MS = 5_000

/** Return the camera's next frame as JPEG, in memory only: it is never a file on this phone. Throws a Problem. */
export function snapshot({ camera, encoder }: Pick<Stage, 'camera' | 'encoder'>, side: number, quality: number): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const end = (give: () => void) => {
      if (isOver) return
      isOver = true
      clearTimeout(silence)
      listener.stop()
      give()
    }
    const silent = () => end(() => reject(problem('camera_silent')))
    const silence = setTimeout(silent, SILENT_MS)
    const listener = camera.onCameraFrame((frame) => {
      if (!isOver) encoder.take(frame, side, () => quality, (jpeg) => end(() => (jpeg ? resolve(jpeg) : reject(problem('encoding_failed')))))
    })
    listener.start({ fail: silent })
  })
}
