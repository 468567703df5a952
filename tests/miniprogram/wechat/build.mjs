/**
 * Compiles the mini-program with WeChat's own compiler (miniprogram-ci): node build.mjs SOURCE OUT.zip
 *
 * Opt-in (`make wechat-build`): the package is large, and `WECHAT_APPID` and `WECHAT_KEY` (the upload key's file,
 * 开发管理 → 小程序代码上传) belong to the bureau. Nothing is uploaded.
 */
import path from 'node:path'
import ci from 'miniprogram-ci'

const [source, out] = process.argv.slice(2)
const { WECHAT_APPID: appid, WECHAT_KEY: privateKeyPath } = process.env
if (!source || !out || !appid || !privateKeyPath) {
  console.error('WECHAT_APPID and WECHAT_KEY are needed: WECHAT_APPID=wx… WECHAT_KEY=private.key make wechat-build')
  process.exit(2)
}

const project = new ci.Project({ appid, type: 'miniProgram', projectPath: path.resolve(source), privateKeyPath: path.resolve(privateKeyPath), ignores: ['**/*.md'] })
await ci.getCompiledResult({
  project,
  desPath: path.resolve(out),
  setting: { useProjectConfig: true },
  onProgressUpdate: (told) => console.log(typeof told === 'string' ? told : (told.message ?? '')),
}, path.resolve(out))
console.log(`compiled into ${out}`)
process.exit(0)
