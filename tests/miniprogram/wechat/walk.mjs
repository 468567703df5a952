/**
 * Walks through the mini-program in WeChat DevTools (miniprogram-automator): node walk.mjs SOURCE [CLI]
 *
 * Everything but the camera, against `make demo` on the same machine (详情 → 不校验合法域名, 设置 → 安全 → 服务端口).
 * CLI is DevTools' command line tool; on macOS and Windows it is found by itself. Opt-in (`make wechat-walk`).
 */
import path from 'node:path'
import automator from 'miniprogram-automator'

const [source, cliPath] = process.argv.slice(2)
const failed = []

const mini = await automator.launch({ projectPath: path.resolve(source), ...(cliPath && { cliPath }) }).catch((error) => {
  console.error(`WeChat DevTools did not start: ${error.message}\nIt must be installed here (macOS or Windows), its 服务端口 on; CLI= names its command line tool.`)
  process.exit(2)
})
mini.on('exception', ({ message }) => failed.push(`exception: ${message}`))
mini.on('console', ({ type, args }) => { if (type === 'error') failed.push(`console: ${args.join(' ')}`) })

/** Open a page, see that what should be there is there, and keep its picture. */
async function look(name, address, ids) {
  const page = await mini.reLaunch(address)
  await page.waitFor(1_500)
  for (const id of ids) if (!(await page.$(`#${id}`))) failed.push(`${name}: #${id} is missing`)
  await mini.screenshot({ path: `out/wechat-${name}.png` }).catch((error) => failed.push(`${name}: ${error.message}`))
  return page
}

async function tap(page, id) {
  const found = await page.$(`#${id}`)
  if (!found) return void failed.push(`#${id} is missing`)
  await found.tap()
  await page.waitFor(1_000)
}

const mine = await look('mine', '/pages/mine/mine', ['agents', 'erase', 'home'])
await tap(mine, 'consents')
await tap(mine, 'menu')
await tap(mine, 'erase')
await tap(mine, 'do-erase')
await tap(mine, 'no')
await look('subscribe', '/pages/subscribe/subscribe', ['open', 'later'])
await look('nothing', '/pages/verify/verify', ['nothing'])
await look('cashier', '/pages/cashier/cashier', ['scan'])
const staff = await look('staff', '/pages/staff/staff', ['code', 'bind'])
await (await staff.$('#code'))?.input('0000000000')
await tap(staff, 'bind')
if (!(await staff.$('#error'))) failed.push('staff: a wrong code is not refused')
await look('more', '/pages/more/more?appeal=none', ['told'])
await look('agents', '/pages/agents/agents', [])
const stack = await mini.pageStack()
if (stack.length > 9) failed.push(`the page stack has ${stack.length} pages`)

await mini.close()
for (const line of failed) console.error(line)
process.exit(failed.length ? 1 : 0)
