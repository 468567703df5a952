import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wx } from './fake-wx'
import { fit, isMirrored } from '../../../miniprogram/check/mirror'
import { codeOf, jpegSize, median } from '../../../miniprogram/check/report'
import { pages, went } from './fake-page'

/** A picture whose left third is bright; `noise` is added to each pixel by its place. */
function picture(width: number, height: number, flipped: boolean, noise = 0) {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let at = 0; at < width * height; at++) {
    const x = flipped ? width - 1 - (at % width) : at % width
    data.fill((x < width / 3 ? 200 : 60) + ((at * 7919) % (noise + 1)), at * 4, at * 4 + 3)
  }
  return { width, height, data }
}

for (const flipped of [false, true]) {
  test(`a frame of another size than the photo is ${flipped ? '' : 'not '}found to be mirrored`, () => {
    assert.equal(isMirrored(fit(picture(200, 200, false, 20), picture(96, 96, flipped, 30))), flipped)
  })
}

test('a picture that is the same both ways decides nothing', () => {
  const data = new Uint8ClampedArray(64 * 64 * 4).fill(90)
  assert.equal(isMirrored(fit({ width: 64, height: 64, data }, { width: 64, height: 64, data })), null)
})

test('a letter lost in copying changes the code', () => {
  const text = JSON.stringify({ model: '华为 P40', fps: 15.2 })
  assert.match(codeOf(text), /^[2-9A-HJ-NP-Z]{8}$/)
  assert.notEqual(codeOf(text), codeOf(text.slice(1)))
  assert.equal(codeOf('{"model":"华为"}'), 'W25V26XH')
})

test('a JPEG says its size, whatever stands before it; anything else says none', () => {
  const bytes = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 1, 64, 0, 240, 3, 1, 0x22, 0]
  assert.equal(jpegSize(new Uint8Array(bytes).buffer), '240x320')
  assert.deepEqual([[], [0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 0, 0, 0, 0]].map((wrong) => jpegSize(new Uint8Array(wrong).buffer)), [null, null, null])
})

test('the middle of measured times is told, nothing of none', () => {
  assert.deepEqual([median([9, 1, 4]), median([])], [4, null])
})

test('in the released mini-program there is no check', async () => {
  wx.getAccountInfoSync = () => ({ miniProgram: { envVersion: 'release' } })
  const open = await pages(() => import('../../../miniprogram/pages/check/check'))
  open()
  assert.deepEqual(went, ['/pages/verify/verify'])
})
