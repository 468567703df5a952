/** The camera's context: frames, photos, zoom. */
import { currentCamera } from '../elements/camera.js'
import { canvasNode } from '../elements/canvas.js'
import { duringFrame } from '../host/data.js'
import * as lifecycle from '../host/lifecycle.js'
import { fails, parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import { failure, settle } from './call.js'
import { addFile } from './files.js'
import { PROFILES } from './profiles.js'

// The longer side of a frame; phones differ, and cheap ones deliver about this many a second.
const FRAME_SIDE = { small: 352, medium: 480, large: 720 }
const FRAME_MS = 66
// A phone that has reported what its frames are like (devices/), where the address names one.
const PROFILE = PROFILES[parameters.device] ?? null
const QUALITY = { high: 0.92, normal: 0.8, low: 0.5, original: 0.95 }

export function cameraCalls(host, call) {
  return {
    createCameraContext: () => ({
      onCameraFrame: (listener) => new FrameListener(listener),
      takePhoto: call('operateCamera', takePhoto),
      setZoom: call('operateCamera', ({ zoom }) => ({ zoom })),
    }),
    // Off the screen there is no toDataURL in WeChat, so there is none here.
    createOffscreenCanvas: ({ width = 300, height = 150 } = {}) => {
      const { toDataURL, drawnOn, ...node } = canvasNode(Object.assign(document.createElement('canvas'), { width, height }))
      return node
    },
  }
}

class FrameListener {
  constructor(listener) {
    this.listener = listener
    this.isOn = false
  }

  start(options = {}) {
    const camera = currentCamera()
    if (camera && !camera.properties['frame-size']) breach('onCameraFrame needs the attribute frame-size')
    const isGiven = camera && !fails('frames')
    const begun = isGiven ? Promise.resolve({ errMsg: 'startFrame:ok' }) : Promise.reject(failure(camera ? 'start frame failed' : 'no camera'))
    settle('startFrame', options, begun)
    if (!isGiven || this.isOn) return
    this.isOn = true
    camera.rewind()
    this.#tick()
  }

  stop(options = {}) {
    this.isOn = false
    if (!fails('stop')) settle('stopFrame', options, Promise.resolve({ errMsg: 'stopFrame:ok' }))
  }

  #tick() {
    const camera = currentCamera()
    if (!this.isOn || !camera) return
    if (camera.isRunning && lifecycle.isVisible()) this.#deliver(camera)
    setTimeout(() => this.#tick(), PROFILE ? 1000 / PROFILE.fps : FRAME_MS)
  }

  #deliver(camera) {
    const canvas = framed(camera.draw(FRAME_SIDE[camera.properties['frame-size'] ?? 'medium']))
    const { width, height } = canvas
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
    duringFrame(() => this.listener({ data: data.buffer, width, height }))
  }
}

/** Return a frame as the named phone gives it: its size, cut from the middle, and mirrored where it is. */
function framed(canvas) {
  if (!PROFILE) return canvas
  const { width, height } = PROFILE
  const scale = Math.max(width / canvas.width, height / canvas.height)
  const copy = Object.assign(document.createElement('canvas'), { width, height })
  const [wide, high] = [canvas.width * scale, canvas.height * scale]
  copy.getContext('2d').drawImage(canvas, (width - wide) / 2, (height - high) / 2, wide, high)
  return PROFILE.mirrored ? mirrored(copy) : copy
}

async function takePhoto({ quality = 'normal', selfieMirror = true }) {
  const camera = currentCamera()
  if (!camera?.isRunning) throw failure('no camera')
  const kind = parameters.platform === 'ios' ? 'png' : 'jpeg'
  const isMirrored = selfieMirror && camera.properties['device-position'] === 'front'
  const canvas = isMirrored ? mirrored(camera.draw()) : camera.draw()
  const blob = await new Promise((done) => canvas.toBlob(done, `image/${kind}`, QUALITY[quality]))
  const { width, height } = canvas
  return { tempImagePath: addFile(blob, kind === 'png' ? 'png' : 'jpg'), width, height }
}

function mirrored(canvas) {
  const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height })
  const context = copy.getContext('2d')
  context.scale(-1, 1)
  context.drawImage(canvas, -canvas.width, 0)
  return copy
}
