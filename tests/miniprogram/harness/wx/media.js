/** Photos from the album or the camera, and codes that are scanned. */
import { parameters } from '../host/parameters.js'
import { failure } from './call.js'
import { addFile, fileAddress, fileBlob } from './files.js'
import { ask, make } from './sheet.js'

export function mediaCalls(host, call) {
  return {
    chooseMedia: call('chooseMedia', chooseMedia),
    compressImage: call('compressImage', compressImage),
    previewImage: call('previewImage', () => ({})),
    getImageInfo: call('getImageInfo', async ({ src }) => {
      const image = await loaded(src)
      return { width: image.naturalWidth, height: image.naturalHeight, path: src, type: 'jpeg', orientation: 'up' }
    }),
    scanCode: call('scanCode', scanCode),
  }
}

async function chooseMedia({ count = 9, mediaType = ['image'] }) {
  const field = Object.assign(make('input', 'chooser'), { type: 'file', multiple: count > 1, accept: 'image/*' })
  field.setAttribute('aria-label', '选择照片')
  const buttons = [{ text: '取消', value: false }, { text: '完成', value: true, isMain: true }]
  const chosen = await ask({ title: '选择照片', content: field, buttons, kind: 'list' })
  if (!chosen || field.files.length === 0) throw failure('cancel')
  const tempFiles = [...field.files].slice(0, count).map((file) => ({
    tempFilePath: addFile(file, file.name.split('.').pop()),
    size: file.size,
    fileType: 'image',
  }))
  return { tempFiles, type: mediaType.length > 1 ? 'mix' : mediaType[0] }
}

async function compressImage({ src, quality = 80, compressedWidth }) {
  const image = await loaded(src)
  const scale = compressedWidth ? Math.min(1, compressedWidth / image.naturalWidth) : 1
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.naturalWidth * scale)
  canvas.height = Math.round(image.naturalHeight * scale)
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality / 100))
  return { tempFilePath: addFile(blob, 'jpg') }
}

async function loaded(src) {
  if (src.startsWith('wxfile:')) fileBlob(src)
  const image = new Image()
  image.src = fileAddress(src)
  await image.decode()
  return image
}

/** Take the code that was drawn last, or ask what another one says: there is none to be seen. */
async function scanCode() {
  const field = Object.assign(make('input', 'scanned'), { placeholder: 'pages/…?scene=…' })
  field.setAttribute('aria-label', '码的内容')
  const beside = await lastCode()
  const buttons = [{ text: '取消', value: false }, { text: '完成', value: true, isMain: !beside }]
  if (beside) buttons.push({ text: '扫旁边的码', value: 'beside', isMain: true })
  const scanned = await ask({ title: '扫一扫', content: field, buttons })
  if (!scanned) throw failure('cancel')
  const text = scanned === 'beside' ? beside : field.value.trim()
  return text.startsWith('pages/')
    ? { scanType: 'WX_CODE', path: text, result: '', charSet: 'utf-8', rawData: '' }
    : { scanType: 'QR_CODE', result: text, charSet: 'utf-8', rawData: btoa(unescape(encodeURIComponent(text))) }
}

async function lastCode() {
  const answer = await fetch(new URL('/sim/v1/codes', parameters.simulator)).catch(() => null)
  return answer?.ok ? (await answer.json()).codes[0] : undefined
}
