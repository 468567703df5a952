import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { wx } from './fake-wx'
import { answered, pages, server, went } from './fake-page'
import { appealLine } from '../../../miniprogram/services/mine'

const ROW = {
  appeal_id: 'apl_1', institution: '第一药房', appeal_state: 'lodged', appeal_reason: 'other', created_at: '2026-11-24T10:00:00+00:00', reviewed_at: null,
  wanted: ['photo_now'], wanted_note: '请在亮处再拍一张。', wanted_until: '2026-11-27T10:00:00+00:00', may_send: true, answered_at: null,
} as const
const SENT = { ...ROW, may_send: false, answered_at: '2026-11-24T11:00:00+00:00' }
const LIST = 'GET me/appeals'
const SEND = 'POST me/appeals/apl_1/more'
const open = await pages(() => import('../../../miniprogram/pages/more/more'))
const home = await pages(() => import('../../../miniprogram/pages/verify/verify'))
let files: Set<string>

beforeEach(() => {
  files = new Set(['tmp/1.jpg', 'tmp/2.jpg'])
  wx.chooseMedia = ({ success }: { success: (answer: object) => void }) => success({ tempFiles: [...files].map((tempFilePath) => ({ tempFilePath })) })
  wx.getFileSystemManager = () => ({
    readFile: ({ success }: { success: (answer: object) => void }) => success({ data: new ArrayBuffer(4) }),
    unlink: ({ filePath }: { filePath: string }) => void files.delete(filePath),
  })
})

async function asked(row: object = ROW, send: () => object | number | 'cut' = () => SENT) {
  const told = server({ [LIST]: () => ({ appeals: [row] }), [SEND]: send })
  const page = open({ appeal: 'apl_1' })
  await answered()
  return { page, told }
}

test('it says what to send and until when, and asks for the photo before it sends', async () => {
  const { page, told } = await asked()
  assert.deepEqual([page.data.phase, page.data.note, page.data.wanted], ['ask', ROW.wanted_note, [page.data.t.photo_now]])
  assert.match(page.data.until, /2026-11-2[78]/)
  await page.onSubmit()
  assert.deepEqual([page.data.error, told.asked], [page.data.t.need_photo, [LIST]])
  await page.onPhoto()
  await page.onSubmit()
  assert.match(Buffer.from(told.sent.at(-1) as ArrayBuffer).toString('latin1'), /filename="0.jpg"/)
  assert.match(Buffer.from(told.sent.at(-1) as ArrayBuffer).toString(), /见照片/)
  assert.equal(page.data.phase, 'sent')
  page.onUnload()
  assert.equal(files.size, 0)
})

test('where words are asked for, words are needed', async () => {
  const { page } = await asked({ ...ROW, wanted: ['statement'] })
  assert.equal(page.data.wantsPhoto, false)
  await page.onSubmit()
  assert.equal(page.data.error, page.data.appeal.need_statement)
})

test('what was cut can be sent again, and one tap too many sends nothing twice', async () => {
  const replies = ['cut', SENT] as const
  let tries = 0
  const { page, told } = await asked(ROW, () => replies[tries++]!)
  await page.onPhoto()
  await page.onSubmit()
  assert.deepEqual([page.data.phase, page.data.sending, page.data.photos.length], ['ask', false, 2])
  await Promise.all([page.onSubmit(), page.onSubmit()])
  assert.deepEqual([page.data.phase, told.asked.filter((one) => one === SEND).length], ['sent', 2])
})

for (const [state, row, phase] of [['sent', SENT, 'sent'], ['over', { ...ROW, may_send: false }, 'over'], ['somebody else’s', { ...ROW, appeal_id: 'x' }, 'none']] as const)
  test(`an appeal that is ${state} is said to be so`, async () => {
    const { page } = await asked(row)
    assert.equal(page.data.phase, phase)
    page.onList()
    assert.deepEqual(went, ['/pages/mine/mine?list=appeals'])
  })

test('who comes too late is told when they send', async () => {
  let row: object = ROW
  server({ [LIST]: () => ({ appeals: [row] }), [SEND]: () => 409 })
  const page = open({ appeal: 'apl_1' })
  await answered()
  await page.onPhoto()
  row = { ...ROW, may_send: false }
  await page.onSubmit()
  await answered()
  assert.deepEqual([page.data.phase, page.data.sending], ['over', false])
})

test('the list says how it stands, and leads to the form while that is of use', () => {
  assert.match(appealLine(ROW).note, /请在 2026-11-2[78] .* 以前发$/)
  assert.equal(appealLine(ROW).button, '补充申诉材料')
  assert.match(appealLine(SENT).note, /材料已发，正在看$/)
  assert.deepEqual([SENT, { ...ROW, may_send: false }].map((row) => appealLine(row).button), ['', ''])
})

test('who opens the mini-program for nothing is led to what a reviewer asks for', async () => {
  server({ [LIST]: () => ({ appeals: [ROW] }) })
  const page = home()
  await answered()
  page.onMore()
  assert.deepEqual([page.data.phase, went], ['nothing', ['/pages/more/more?appeal=apl_1']])
})
