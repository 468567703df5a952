import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import { Voice } from '../../../miniprogram/services/voice'

let played: string[] = []
let options: object[] = []

beforeEach(() => {
  played = []
  options = []
  wx.setInnerAudioOption = (option: object) => void options.push(option)
  wx.createInnerAudioContext = () => {
    const context = { src: '', obeyMuteSwitch: true, stop: () => undefined, destroy: () => undefined, play: () => void played.push(context.src) }
    return context
  }
})

test('a prompt is spoken whatever the mute switch, and not again at once', () => {
  const voice = new Voice()
  voice.say('smile', 0)
  voice.say('smile', 2000)
  voice.say('nod', 2500)
  voice.say('smile', 3000)
  voice.say('smile', 9500)
  assert.deepEqual(played, ['smile', 'nod', 'smile', 'smile'].map((key) => `/voice/zh/${key}.mp3`))
  assert.deepEqual(options, [{ obeyMuteSwitch: false, mixWithOther: true }])
})

test('what has not been recorded stays written', () => {
  new Voice().say('deciding', 0)
  assert.deepEqual(played, [])
})
