/** VisionKit: as on many phones there is none, unless the address says `vk=1`; then its frames are a grey picture. */
import { currentCamera } from '../elements/camera.js'
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'

const UNSUPPORTED = 2000004
const FRONT = 1

export function visionKitCalls() {
  return {
    isVKSupport: () => parameters.vk,
    createVKSession: ({ cameraPosition = 0 }) => {
      const session = {
        isOn: false,
        start: (begun) => void setTimeout(() => {
          if (currentCamera()) breach('a VKSession beside a <camera>: the phone has one camera')
          session.isOn = parameters.vk
          begun(parameters.vk ? 0 : UNSUPPORTED)
        }),
        stop: () => { session.isOn = false },
        destroy: () => { session.isOn = false },
        requestAnimationFrame: (draw) => requestAnimationFrame(draw),
        getVKFrame: () => (session.isOn && cameraPosition === FRONT ? { getCameraJpgBuffer } : null),
      }
      return session
    },
  }
}

function getCameraJpgBuffer(width, height, quality) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  context.fillStyle = '#777'
  context.fillRect(0, 0, width, height)
  const text = atob(canvas.toDataURL('image/jpeg', quality / 100).split(',')[1])
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer
}
