/**
 * Compiles the mini-program with WeChat's own compiler (miniprogram-ci): node build.mjs SOURCE OUT.zip
 *
 * Opt-in (`make wechat-build`), for the package is large. With WECHAT_APPID and WECHAT_KEY (the upload key's file,
 * 开发管理 → 小程序代码上传) WeChat is asked for the account's limits; without them the usual ones are taken, and no
 * network is needed. Nothing is uploaded.
 */
import fs from 'node:fs'
import path from 'node:path'
import ci from 'miniprogram-ci'

const USUAL = {
  platform: false, appType: 0, isSandbox: false, released: false,
  setting: { MaxCodeSize: 2, MaxSubpackageSubCodeSize: 2, MaxSubpackageFullCodeSize: 12, NavigateMiniprogramLimit: 10, MaxSubPackageLimit: 100, MinTabbarCount: 2, MaxTabbarCount: 5, MaxCustomTabbarCount: 10, MaxTabbarIconSize: 40 },
}
const MOST_BYTES = 400_000

const [source, out] = process.argv.slice(2)
const { WECHAT_APPID, WECHAT_KEY } = process.env
if (!source || !out || Boolean(WECHAT_APPID) !== Boolean(WECHAT_KEY)) {
  console.error('[WECHAT_APPID=wx… WECHAT_KEY=private.key] make wechat-build: both, or neither')
  process.exit(2)
}

const account = WECHAT_KEY
  ? { appid: WECHAT_APPID, privateKeyPath: path.resolve(WECHAT_KEY) }
  : { appid: 'wx0000000000000000', privateKey: 'none', attr: async () => USUAL }
const project = new ci.Project({ ...account, type: 'miniProgram', projectPath: path.resolve(source), ignores: ['**/*.md'] })
await ci.getCompiledResult({ project, desPath: path.resolve(out), setting: { useProjectConfig: true }, onProgressUpdate: () => undefined }, path.resolve(out))

const { files, bytes, styles } = packed(fs.readFileSync(out))
console.log(`${files} files, ${bytes} bytes in ${out}`)
if (bytes > MOST_BYTES || !styles) {
  console.error(styles ? `more than ${MOST_BYTES} bytes` : 'the style sheets are missing')
  process.exit(1)
}
process.exit(0)

/** Count what a zip holds, by its central directory. */
function packed(zip) {
  let at = zip.readUInt32LE(zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) + 16)
  const found = { files: 0, bytes: 0, styles: false }
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)]
    found.files += 1
    found.bytes += zip.readUInt32LE(at + 24)
    found.styles ||= zip.toString('utf8', at + 46, at + 46 + name).endsWith('app.wxss')
    at += 46 + name + extra + comment
  }
  return found
}
