/** camera: the browser's own (or a film), under WeChat's rules for privacy, permission and number. */
import { parameters } from '../host/parameters.js'
import { breach } from '../host/strict.js'
import * as lifecycle from '../host/lifecycle.js'
import { BuiltIn, declare } from './base.js'

// Sample films are short: slowed down, one comes round less often than a capture is long.
const FILM_RATE = 0.45
// A film lacks what no camera lacks: grain, by which no two pictures are the same.
const GRAIN = 3
// Nor is a hand ever still: a film that stands still while nobody moves in it would be a picture.
const SWAY = 0.01
const BEYOND = 1 + 4 * SWAY
const HEIGHTS = { low: 480, medium: 720, high: 1080 }

class Camera extends BuiltIn {
  static properties = {
    ...declare('value', 'mode resolution device-position flash frame-size'),
  }

  build() {
    this.video = Object.assign(document.createElement('video'), { muted: true, playsInline: true, loop: true })
    this.append(this.video)
  }

  connectedCallback() {
    super.connectedCallback()
    this.opening = this.#open()
    this.stops = [
      lifecycle.on('hide', () => this.#pause()),
      lifecycle.on('show', () => void this.video.play()),
    ]
  }

  disconnectedCallback() {
    for (const stop of this.stops) stop()
    this.#closeStream()
    if (Camera.current === this) Camera.current = null
  }

  update(name) {
    if (name !== 'device-position') return
    // The preview of a front camera is a mirror; the frames are not.
    this.video.style.transform = this.properties[name] === 'front' ? 'scaleX(-1)' : ''
  }

  async #open() {
    // On a phone the camera is not the page's: what it says comes later, never amid a setData.
    await null
    if (document.querySelectorAll('wx-page-body:not([hidden]) wx-camera').length > 1) {
      return this.#refuse(breach('a page may have only one <camera>').message)
    }
    if (!Camera.host.privacy.agreed) {
      return this.#refuse(breach('<camera> before the privacy guide was agreed to').message)
    }
    Camera.current = this
    if (!Camera.host.settings.hasSystemCamera) return this.#refuse('insertCamera:fail system permission denied')
    if (!(await Camera.host.settings.ask('scope.camera'))) return this.#refuse('insertCamera:fail auth deny')
    try {
      await this.#start()
    } catch (error) {
      return this.#refuse(`insertCamera:fail ${error.name}`)
    }
    if (this.isConnected) this.fire('initdone', { maxZoom: 1 })
    else this.#closeStream()
    return undefined
  }

  async #start() {
    if (parameters.film) this.video.src = parameters.film
    else this.video.srcObject = await navigator.mediaDevices.getUserMedia(this.#constraints())
    // Loading a film resets its rate.
    if (parameters.film) this.video.playbackRate = FILM_RATE
    await this.video.play()
  }

  #constraints() {
    const facingMode = this.properties['device-position'] === 'front' ? 'user' : 'environment'
    const height = { ideal: HEIGHTS[this.properties.resolution ?? 'medium'] }
    return { audio: false, video: { facingMode, height } }
  }

  #refuse(errMsg) {
    this.fire('error', { errMsg })
  }

  #pause() {
    this.video.pause()
    this.fire('stop')
  }

  #closeStream() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop()
    this.video.srcObject = null
    this.video.pause()
  }

  get isRunning() {
    return this.video.videoWidth > 0 && !this.video.paused
  }

  /** Let the person in a film begin when they are asked to; the server forgets that it has seen it. */
  rewind() {
    if (!parameters.film) return
    this.video.currentTime = 0
    void fetch('/films/forget', { method: 'POST' })
  }

  /** Draw what the camera sees now on a canvas, at most `side` px on the longer side. */
  draw(side = Infinity) {
    const { videoWidth, videoHeight } = this.video
    const scale = Math.min(1, side / Math.max(videoWidth, videoHeight))
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: Math.round(videoWidth * scale), height: Math.round(videoHeight * scale) })
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (parameters.film) drawInHand(context, this.video, canvas)
    else context.drawImage(this.video, 0, 0, canvas.width, canvas.height)
    return canvas
  }
}

/** Draw a film's picture as a hand that is not quite still would film it. */
function drawInHand(context, video, { width, height }) {
  const t = performance.now() / 1000
  const across = SWAY * width * (Math.sin(1.3 * t) + 0.6 * Math.sin(3.1 * t))
  const down = SWAY * height * (Math.sin(1.7 * t + 1) + 0.6 * Math.sin(2.6 * t))
  const [wide, high] = [width * BEYOND, height * BEYOND]
  context.drawImage(video, (width - wide) / 2 + across, (height - high) / 2 + down, wide, high)
  addGrain(context, { width, height })
}

function addGrain(context, { width, height }) {
  const picture = context.getImageData(0, 0, width, height)
  for (let i = 0; i < picture.data.length; i += 4) {
    const grain = (Math.random() - 0.5) * 2 * GRAIN
    for (let channel = i; channel < i + 3; channel += 1) picture.data[channel] += grain
  }
  context.putImageData(picture, 0, 0)
}

export const cameras = { camera: Camera }

/** Give the cameras what they ask before they open. */
export function connectCamera(host) {
  Camera.host = host
}

/** Return the <camera> on show, or null. */
export function currentCamera() {
  return Camera.current ?? null
}
