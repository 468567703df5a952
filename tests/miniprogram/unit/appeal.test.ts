import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import { answered, pages, server, went } from './fake-page'

const SCENE = {
  scene: 's', channel: 'qr', state: 'failed', server_time: '2026-11-24T10:00:00+00:00', expires_at: '2026-11-24T10:01:00+00:00',
  tries_left: 0, institution: '第一药房', amount_fen: 1, person: null, persons: [], provider: 'own', notice: { version: '1', text: '' },
  presence_code_needed: false, appeal: { allowed: true, until: null }, reason: 'not_matched',
}
const open = await pages(() => import('../../../miniprogram/pages/appeal/appeal'))
let files: Set<string>
let told: ReturnType<typeof server>
let camera: (option: { success: (answer: object) => void; fail: (failure: object) => void }) => void

beforeEach(() => {
  wx.requirePrivacyAuthorize = ({ success }: { success: () => void }) => success()
  files = new Set(['tmp/1.jpg', 'tmp/2.jpg'])
  camera = ({ success }) => success({ tempFiles: [...files].map((tempFilePath) => ({ tempFilePath })) })
  wx.chooseMedia = (option: Parameters<typeof camera>[0]) => camera(option)
  wx.getFileSystemManager = () => ({
    readFile: ({ success }: { success: (answer: object) => void }) => success({ data: new ArrayBuffer(4) }),
    unlink: ({ filePath }: { filePath: string }) => void files.delete(filePath),
  })
})

const OWN_PHONE = { ...SCENE, channel: 'push' }

async function asking(lodge: () => object | 'cut' = () => ({ ...SCENE, state: 'appealed' }), scene: object = OWN_PHONE) {
  told = server({ 'GET attempts/s': () => scene, 'POST attempts/s/appeal': lodge })
  const page = open({ scene: 's' })
  await answered()
  await page.onPhoto()
  page.setData({ reason: 'other', statement: '照片旧了' })
  return page
}

test('nobody has to write what the reason says; another reason wants a word', async () => {
  const page = await asking()
  page.setData({ reason: 'photo_outdated', statement: ' ' })
  await page.onSubmit()
  assert.match(Buffer.from(told.sent.at(-1) as ArrayBuffer).toString(), /登记的照片太旧了/)
  page.setData({ reason: 'other', sending: false })
  await page.onSubmit()
  assert.equal(page.data.error, page.data.t.need_statement)
})

test('on the cashier’s phone an appeal promises no list that is the person’s own', async () => {
  assert.match((await asking(undefined, SCENE)).data.whoLooks, /12393/)
})

test('no photo of an appeal stays on the phone', async () => {
  const page = await asking()
  page.onRemove({ currentTarget: { dataset: { index: 0 } } })
  assert.deepEqual([[...files], page.data.photos.length], [['tmp/2.jpg'], 1])
  await page.onSubmit()
  assert.deepEqual(went, ['/pages/result/result?scene=s'])
  page.onUnload()
  assert.equal(files.size, 0)
})

/** The page's own camera: each frame is so many pixels of grey, and `taken` counts the frames that were asked for. */
function withCamera(gives: boolean) {
  wx.getDeviceInfo = () => ({ model: 'phone', platform: 'android' })
  wx.base64ToArrayBuffer = () => new Uint8Array([0xff, 0xd8, 0xff, 7]).buffer
  wx.arrayBufferToBase64 = () => 'abc'
  wx.createCameraContext = () => ({
    onCameraFrame: (listener: (frame: object) => void) => ({
      start: ({ fail }: { fail: () => void }) => (gives ? setImmediate(() => listener({ width: 2, height: 2, data: new ArrayBuffer(16) })) : fail()),
      stop: () => undefined,
    }),
  })
  wx.chooseMedia = wx.getFileSystemManager = () => assert.fail('a file')
}
const context = { createImageData: () => ({ data: new Uint8ClampedArray(16) }), putImageData: () => undefined }
const node = { width: 0, height: 0, getContext: () => context, toDataURL: () => 'data:image/jpeg;base64,AA' }
const query = { select: () => query, fields: () => query, exec: (found: (nodes: object[]) => void) => found([{ node }]) }

test('on the cashier’s phone a photo is never a file', async () => {
  withCamera(true)
  const page = await asking(undefined, SCENE)
  page.createSelectorQuery = () => query
  assert.equal(page.data.shooting, true)
  page.onCameraReady()
  await page.onShoot()
  assert.deepEqual([page.data.shooting, page.data.photos[0].path], [false, 'data:image/jpeg;base64,abc'])
  await page.onSubmit()
  assert.deepEqual(went, ['/pages/result/result?scene=s'])
  assert.match(Buffer.from(told.sent.at(-1) as ArrayBuffer).toString('latin1'), /filename="0.jpg"[^]*\xff\xd8\xff\x07/)
  page.onUnload()
})

test('a camera without a picture is said to be so, and may be tried again', async () => {
  withCamera(false)
  const page = await asking(undefined, SCENE)
  page.createSelectorQuery = () => query
  page.onCameraReady()
  await page.onShoot()
  assert.deepEqual([page.data.shooting, page.data.photos, page.data.more], [false, [], true])
  assert.match(page.data.error, /摄像头/)
})

test('photos whose sending was cut are still there for the next try', async () => {
  const replies = ['cut', { ...SCENE, state: 'appealed' }] as const
  let tries = 0
  const page = await asking(() => replies[tries++]!)
  await page.onSubmit()
  assert.deepEqual([page.data.sending, page.data.photos.length, files.size, went], [false, 2, 2, []])
  await page.onSubmit()
  assert.deepEqual(went, ['/pages/result/result?scene=s'])
})

test('a camera that is refused is spoken of; thinking again is not', async () => {
  const page = await asking()
  camera = ({ fail }) => fail({ errMsg: 'chooseMedia:fail cancel' })
  await page.onPhoto()
  assert.equal(page.data.error, '')
  camera = ({ fail }) => fail({ errMsg: 'chooseMedia:fail auth deny' })
  await page.onPhoto()
  assert.match(page.data.error, /摄像头/)
})

test('an appeal that arrives after the page was closed leads nowhere', async () => {
  const page = await asking()
  const sent = page.onSubmit()
  page.onUnload()
  await sent
  assert.deepEqual(went, [])
})
