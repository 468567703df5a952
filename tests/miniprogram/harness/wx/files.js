/** Temporary files, and where the source's own files are served. */
import { fails } from '../host/parameters.js'
import { failure } from './call.js'

const files = new Map()

/** Keep a blob as a temporary file and return its path. */
export function addFile(blob, extension) {
  const name = `wxfile://tmp_${files.size + 1}.${extension}`
  files.set(name, { blob, address: URL.createObjectURL(blob) })
  return name
}

/** Return the blob of a temporary file. */
export function fileBlob(name) {
  const file = files.get(name)
  if (!file) throw failure(`no such file or directory, open ${name}`, 1300002)
  return file.blob
}

/** Return an address the browser can load: of a temporary file, of the source's own, or any other. */
export function fileAddress(name) {
  if (files.has(name)) return files.get(name).address
  if (/^(data:|https?:|blob:)/.test(name)) return name
  return `source/${name.replace(/^(\.\.?\/)*/, '').replace(/^\//, '')}`
}

export function fileCalls(host, call) {
  return {
    getFileSystemManager: () => ({
      readFile: call('readFile', async ({ filePath, encoding }) => {
        const bytes = await fileBlob(filePath).arrayBuffer()
        return { data: encoding ? decode(bytes, encoding) : bytes }
      }),
      getFileInfo: call('getFileInfo', ({ filePath }) => ({ size: fileBlob(filePath).size })),
      unlink: call('unlink', ({ filePath }) => unlink(filePath)),
    }),
    base64ToArrayBuffer: (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer,
    arrayBufferToBase64: (buffer) => btoa(decode(buffer, 'binary')),
  }
}

function unlink(name) {
  if (fails('unlink')) throw failure(`permission denied, unlink ${name}`, 1300201)
  fileBlob(name)
  URL.revokeObjectURL(files.get(name).address)
  files.delete(name)
}

function decode(bytes, encoding) {
  if (/^utf-?8$/i.test(encoding)) return new TextDecoder().decode(bytes)
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
  return encoding === 'base64' ? btoa(binary) : binary
}
