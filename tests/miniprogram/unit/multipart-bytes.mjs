// Writes the bodies the mini-program would send: usage node multipart-bytes.mjs OUT JPEG…
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import esbuild from 'esbuild'

const [out, ...pictures] = process.argv.slice(2)
const source = join(import.meta.dirname, '../../../miniprogram')
const entry = `export * from '${source}/services/multipart'; export * from '${source}/capture/batch'`
const bundled = await esbuild.build({ stdin: { contents: entry, resolveDir: import.meta.dirname }, bundle: true, write: false, format: 'esm' })
const { encode, framesForm } = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].contents).toString('base64')}`)

const bytes = pictures.map((path) => new Uint8Array(readFileSync(path)).buffer)
const shots = bytes.map((one, i) => ({ seq: i, tMs: i * 200, kind: i === 1 ? 'evidence' : 'motion', mirrored: i === 1, bytes: one }))
const statement = '登记照片是十年前拍的，"请"人工核实。\nØ🙂'
const appeal = [{ name: 'reason', text: 'photo_outdated' }, { name: 'statement', text: statement }, { name: 'photos', file: '0.jpg', bytes: bytes[0] }]

for (const [name, form] of Object.entries({ frames: framesForm(shots), appeal })) {
  const { body, contentType } = encode(form)
  writeFileSync(join(out, name), new Uint8Array(body))
  writeFileSync(join(out, `${name}.type`), contentType)
}
