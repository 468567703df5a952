/** Sound: what was played is kept for tests, since a headless browser is silent. */
import { fileAddress } from './files.js'

const EVENTS = ['Play', 'Ended', 'Error', 'Stop', 'Pause', 'Canplay', 'TimeUpdate', 'Waiting']

export function audioCalls(host, call) {
  host.played = []
  return {
    createInnerAudioContext: () => new InnerAudio(host.played),
    setInnerAudioOption: call('setInnerAudioOption', () => ({})),
    vibrateShort: call('vibrateShort', () => ({})),
    vibrateLong: call('vibrateLong', () => ({})),
  }
}

class InnerAudio {
  constructor(played) {
    this.played = played
    this.sound = new Audio()
    this.autoplay = false
    this.listeners = Object.fromEntries(EVENTS.map((name) => [name, new Set()]))
    for (const name of EVENTS) {
      this[`on${name}`] = (listener) => this.listeners[name].add(listener)
      this[`off${name}`] = (listener) => listener ? this.listeners[name].delete(listener) : this.listeners[name].clear()
    }
    this.sound.addEventListener('ended', () => this.#tell('Ended'))
    this.sound.addEventListener('canplay', () => this.#tell('Canplay'))
    this.sound.addEventListener('error', () => this.#tell('Error', { errMsg: 'no such sound', errCode: 10003 }))
  }

  get src() {
    return this.source ?? ''
  }

  set src(value) {
    this.source = value
    this.sound.src = fileAddress(value)
    if (this.autoplay) this.play()
  }

  get paused() {
    return this.sound.paused
  }

  play() {
    this.played.push(this.source)
    // Without a gesture the browser refuses to sound; WeChat does not.
    this.sound.play().then(() => this.#tell('Play'), () => this.#tell('Play'))
  }

  pause() {
    this.sound.pause()
    this.#tell('Pause')
  }

  stop() {
    this.sound.pause()
    this.sound.currentTime = 0
    this.#tell('Stop')
  }

  seek(seconds) {
    this.sound.currentTime = seconds
  }

  destroy() {
    this.sound.pause()
    for (const name of EVENTS) this.listeners[name].clear()
  }

  #tell(name, detail) {
    for (const listener of [...this.listeners[name]]) listener(detail)
  }
}
