import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled, wx } from './fake-wx'
import { ScreenColour } from '../../../miniprogram/capture/colours'
import type { Canvas } from '../../../miniprogram/capture/encoder'
import { Encoder } from '../../../miniprogram/capture/encoder'
import { isMirrored } from '../../../miniprogram/capture/mirrored'
import { fitted, inOval, shrink } from '../../../miniprogram/capture/shrink'
import { encode, utf8 } from '../../../miniprogram/services/multipart'

test('a picture is fitted by its longer side and never grown', () => {
  assert.deepEqual(fitted(480, 640, 320), { width: 240, height: 320 })
  assert.deepEqual(fitted(100, 50, 320), { width: 100, height: 50 })
})

test('of a frame that lies on its side the oval shows the middle, of one that stands nearly all', () => {
  const data = new Uint8ClampedArray(640 * 480 * 4)
  for (let i = 0; i < 640 * 480; i++) data[i * 4] = Math.floor((i % 640) / 4)
  const lying = inOval({ width: 640, height: 480, data: data.buffer })
  assert.deepEqual([lying.width, lying.height], [373, 480])
  assert.deepEqual([new Uint8Array(lying.data)[0], new Uint8Array(lying.data)[372 * 4]], [33, 126])
  const standing = inOval({ width: 480, height: 640, data: new ArrayBuffer(480 * 640 * 4) })
  assert.deepEqual([standing.width, standing.height], [480, 617])
})

test('shrinking averages, so that a fine chequerboard becomes grey', () => {
  const data = new Uint8ClampedArray(64 * 64 * 4)
  for (let i = 0; i < 64 * 64; i++) data.fill((i + Math.floor(i / 64)) % 2 ? 255 : 0, i * 4, i * 4 + 3)
  const small = shrink({ width: 64, height: 64, data }, 32)
  assert.deepEqual([small.width, small.height], [32, 32])
  assert.ok([...small.data].every((value, i) => (i % 4 === 3 ? value === 255 : Math.abs(value - 128) <= 1)))
})

test('shrinking copies: the camera may use its buffer again at once', () => {
  const data = new Uint8ClampedArray(4 * 4 * 4).fill(7)
  const same = shrink({ width: 4, height: 4, data }, 320)
  data.fill(0)
  assert.ok(same.data.every((value) => value === 7))
})

test('a frame that comes while one is encoded is dropped', async () => {
  wx.base64ToArrayBuffer = (text: string) => new Uint8Array([0xff, 0xd8, 0xff, ...new TextEncoder().encode(text)]).buffer
  const context = { createImageData: () => ({ data: new Uint8ClampedArray(16) }), putImageData: () => undefined }
  const canvas = { width: 0, height: 0, getContext: () => context, toDataURL: (_: string, quality: number) => `data:image/jpeg;base64,q${quality}` }
  const encoder = new Encoder(canvas as unknown as Canvas)
  const got: string[] = []
  const frame = { width: 2, height: 2, data: new ArrayBuffer(16) }
  const take = () => encoder.take(frame, 320, () => 0.5, (jpeg) => got.push(new TextDecoder().decode(jpeg?.slice(3))))
  assert.deepEqual([take(), take()], [true, false])
  await new Promise((wait) => setTimeout(wait, 5))
  assert.deepEqual(got, ['q0.5'])
  assert.equal(take(), true)
  await settled()
})

for (const [how, url] of [['nothing', 'data:,'], ['a PNG', 'data:image/png;base64,iVBORw0KGgo='], ['an error', null]] as const) {
  test(`a phone whose canvas gives ${how} instead of a JPEG is found out after five frames`, async () => {
    wx.base64ToArrayBuffer = (text: string) => new Uint8Array(Buffer.from(text, 'base64')).buffer
    const context = { createImageData: () => ({ data: new Uint8ClampedArray(16) }), putImageData: () => undefined }
    const toDataURL = () => {
      if (url === null) throw new Error('canvas')
      return url
    }
    const encoder = new Encoder({ width: 0, height: 0, getContext: () => context, toDataURL } as unknown as Canvas)
    const got: unknown[] = []
    for (let i = 0; i < 5; i++) {
      assert.equal(encoder.isBroken, false)
      assert.equal(encoder.take({ width: 2, height: 2, data: new ArrayBuffer(16) }, 320, () => 0.5, (jpeg) => got.push(jpeg)), true)
      await new Promise((wait) => setTimeout(wait, 3))
    }
    assert.deepEqual([got, encoder.isBroken], [[null, null, null, null, null], true])
  })
}

test('a colour stays until the server tells the next one, and none comes after the end', () => {
  const shown: string[] = []
  const screen = new ScreenColour((rgb) => void shown.push(rgb))
  const red = { rgb: '#FF0000', ms: 400 }
  const blue = { rgb: '#0000FF', ms: 400 }
  for (const colour of [red, red, blue]) screen.turn(colour)
  assert.equal(screen.isOn, true)
  screen.turn(null)
  assert.equal(screen.isOn, false)
  screen.turn(red)
  screen.end()
  screen.turn(blue)
  assert.deepEqual(shown, ['#FF0000', '#0000FF', '', '#FF0000', ''])
})

test('a platform nobody has measured is taken as unmirrored', () => {
  assert.equal(isMirrored('something new'), false)
})

test('text becomes the same bytes as TextEncoder’s', () => {
  for (const text of ['', 'abc', 'é', '登记照片', '🙂', 'a登é🙂']) assert.deepEqual(utf8(text), new TextEncoder().encode(text))
})

test('a form ends with its boundary', () => {
  const { body, contentType } = encode([{ name: 'reason', text: '其他' }])
  const boundary = contentType.split('boundary=')[1]
  assert.equal(new TextDecoder().decode(body), `--${boundary}\r\nContent-Disposition: form-data; name="reason"\r\n\r\n其他\r\n--${boundary}--\r\n`)
})
