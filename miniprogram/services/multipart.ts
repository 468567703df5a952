/** One part of a multipart form: a text field, or a picture with a file name. */
export type Part = { name: string; text: string } | { name: string; file: string; bytes: ArrayBuffer }
export type Form = readonly Part[]

export interface Encoded {
  body: ArrayBuffer
  contentType: string
}

const BOUNDARY = 'yibao-7f3c1d9e5a2b48c6'

/** Return the form as one body for wx.request: wx.uploadFile can send only one file at a time. */
export function encode(form: Form): Encoded {
  const pieces = form.flatMap((part) => [utf8(head(part)), content(part), utf8('\r\n')])
  pieces.push(utf8(`--${BOUNDARY}--\r\n`))
  return { body: joined(pieces), contentType: `multipart/form-data; boundary=${BOUNDARY}` }
}

function head(part: Part): string {
  const disposition = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${part.name}"`
  if ('text' in part) return `${disposition}\r\n\r\n`
  return `${disposition}; filename="${part.file}"\r\nContent-Type: image/${kind(part.file)}\r\n\r\n`
}

function kind(file: string): string {
  return file.endsWith('.png') ? 'png' : 'jpeg'
}

function content(part: Part): Uint8Array {
  return 'text' in part ? utf8(part.text) : new Uint8Array(part.bytes)
}

function joined(pieces: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole.buffer
}

/** Return a text's UTF-8 bytes; phones' JavaScript engines need not have TextEncoder. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) as number
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), low(point))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), low(point >> 6), low(point))
    else bytes.push(0xf0 | (point >> 18), low(point >> 12), low(point >> 6), low(point))
  }
  return new Uint8Array(bytes)
}

function low(bits: number): number {
  return 0x80 | (bits & 0x3f)
}
