/** Drives one Chromium for a test: one JSON command a line on stdin, one JSON answer a line on stdout. */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import readline from 'node:readline'
import { chromium } from 'playwright-core'
import { act } from './actor.js'

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SWITCHES = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
  '--ignore-certificate-errors', // a test's https signs for itself
]
const PATIENCE_MS = 15_000

const [options] = process.argv.slice(2).map((text) => JSON.parse(text))
const film = options.film ? [`--use-file-for-fake-video-capture=${options.film}`] : []
const browser = await chromium.launch({ executablePath: options.chromium, headless: true, args: [...SWITCHES, ...film] })
let context
let page
let said = []
let asked = []
let sent = 0
let led = []
const held = {}
const flying = new Set()
const SETTLING_MS = 1_000

/** Close the phone in hand; what `alter` still holds back goes with it. */
async function putAway() {
  for (const each of context?.pages() ?? []) await each.unrouteAll({ behavior: 'ignoreErrors' })
  await context?.close()
}

/** Wait until what the page has asked for has been answered and taken in; what a test holds back or a stream keeps open is not waited for. */
async function settled() {
  const end = Date.now() + SETTLING_MS
  while (flying.size && Date.now() < end) await new Promise((done) => setTimeout(done, 10))
  await page.evaluate(() => new Promise((done) => {
    const { port1, port2 } = new MessageChannel() // a test's clock does not stop this turn of the loop
    port1.onmessage = () => done()
    port2.postMessage(0)
  })).catch(() => {}) // the page is being left: what is asked of it next says so
}

const actions = {
  /** A fresh phone: nothing stored, nothing allowed. With `clock`, its time can be put ahead; an `actor` does as told. */
  async phone({ width = 375, height = 760, javaScriptEnabled = true, clock = false, actor = null }) {
    await putAway()
    const viewport = { width, height }
    context = await browser.newContext({ viewport, permissions: ['camera'], locale: 'zh-CN', javaScriptEnabled })
    page = await context.newPage()
    if (clock) await page.clock.install()
    if (actor) {
      await page.addInitScript(act, actor)
      await page.route('**/actor/*', (route) => route.fulfill({ path: path.join(actor.folder, path.basename(route.request().url())) }))
    }
    page.setDefaultTimeout(PATIENCE_MS)
    said = []
    asked = []
    sent = 0
    flying.clear()
    page.on('request', (request) => {
      if (request.resourceType() !== 'eventsource') flying.add(request)
      asked.push(request.url())
      sent += request.postDataBuffer()?.length ?? 0
    })
    for (const ended of ['requestfinished', 'requestfailed']) page.on(ended, (request) => flying.delete(request))
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => said.push(`pageerror: ${error.stack}`))
  },
  async goto({ url }) {
    await page.goto(url)
  },
  async replace({ path: file, body }) {
    await page.route(`**/${file}`, (route) => route.fulfill({ contentType: 'text/javascript', body }))
  },
  /** Answer a path as the server does, but later or with changes: for states that nobody can hold still. */
  async alter({ path: where, changes, seconds, status }) {
    await page.route(`**${where}`, async (route) => {
      flying.delete(route.request())
      const response = await route.fetch()
      await new Promise((done) => setTimeout(done, seconds * 1000))
      const body = status === 204 ? {} : { json: { ...(await response.json()), ...changes } }
      await route.fulfill({ response, status: status ?? response.status(), ...body })
    })
  },
  /** Let answers to what is sent to a path come later. */
  async slow({ path: where, seconds, method }) {
    await page.route(where, async (route) => {
      if (method && route.request().method() !== method) return route.continue()
      flying.delete(route.request())
      const response = await route.fetch({ maxRedirects: 0 })
      await new Promise((done) => setTimeout(done, seconds * 1000))
      await route.fulfill({ response })
    })
  },
  /** Keep back what comes of one path until `release`, however long that may be: there is no waiting for a clock. */
  async hold({ path: where }) {
    await page.route(where, async (route) => {
      flying.delete(route.request())
      const response = await route.fetch({ maxRedirects: 0 })
      await held.until
      await route.fulfill({ response })
    })
    held.until = new Promise((done) => (held.release = done))
  },
  async release({ path: where }) {
    held.release?.()
    await page.unroute(where, undefined)
  },
  /** Let what waits five seconds before it shows do so now. */
  async hurry() {
    await page.evaluate(() => document.getAnimations().forEach((one) => one.effect.getTiming().iterations < Infinity && one.finish()))
  },
  /** Let the first answers to what is sent to a path be lost on their way; what was sent has arrived. */
  async lose({ path: where, times }) {
    let left = times
    await page.route(where, async (route) => {
      if (route.request().method() === 'GET' || left-- <= 0) return route.continue()
      await route.fetch({ maxRedirects: 0 })
      await route.abort('connectionreset')
    })
  },
  async elapse({ seconds }) {
    await page.clock.fastForward(seconds * 1000)
  },
  async press({ key, times = 1 }) {
    for (let i = 0; i < times; i++) await page.keyboard.press(key)
  },
  async write({ text }) {
    await page.keyboard.type(text)
  },
  /** Reach an element by the Tab key alone. */
  async tabTo({ id, most = 40 }) {
    for (let i = 0; i < most; i++) {
      if (await page.evaluate((wanted) => document.activeElement?.id === wanted, id)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab does not lead to #${id}`)
  },
  async reload() {
    await page.reload()
  },
  async asked() {
    return asked
  },
  /** How many bytes of bodies this phone has sent. */
  async sent() {
    return sent
  },
  /** From now on, keep where this window's page is led, to other programs too. */
  async follow() {
    led = []
    const tools = await context.newCDPSession(page)
    await tools.send('Page.enable')
    tools.on('Page.frameRequestedNavigation', ({ url }) => led.push(url))
  },
  async led() {
    return led
  },
  /** Go to another window of the same browser, as soon as it is there. */
  async turnTo({ place }) {
    page = context.pages()[place] ?? (await context.waitForEvent('page', { timeout: PATIENCE_MS }))
  },
  async tap({ on, timeout, force }) {
    await page.locator(on).first().click({ timeout, force })
  },
  async type({ on, text }) {
    await page.locator(on).first().fill(text)
  },
  async choose({ on, label }) {
    await page.locator(on).first().selectOption({ label }, { force: true })
  },
  async files({ on, paths }) {
    await page.locator(on).first().setInputFiles(paths)
  },
  async wait({ on, state = 'visible', timeout }) {
    await page.locator(on).first().waitFor({ state, timeout })
  },
  async text({ on }) {
    await settled()
    return page.locator(on).first().innerText()
  },
  async count({ on }) {
    await settled()
    return page.locator(on).count()
  },
  async evaluate({ script }) {
    await settled()
    return page.evaluate(script)
  },
  async until({ script, timeout }) {
    await page.waitForFunction(script, undefined, { timeout })
  },
  async offline({ on }) {
    await context.setOffline(on)
  },
  async resize({ width, height }) {
    await page.setViewportSize({ width, height })
  },
  async screenshot({ path: file, fullPage = true }) {
    await page.evaluate(() => scrollTo(0, 0))
    await page.screenshot({ path: file, fullPage })
  },
  async dark({ on }) {
    await page.emulateMedia({ colorScheme: on ? 'dark' : 'light' })
  },
  async axe({ only = null }) {
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE)
    const { violations } = await page.evaluate((rules) => globalThis.axe.run(rules ? { runOnly: rules } : {}), only)
    return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.map(({ html }) => html) }))
  },
  async said() {
    return said
  },
  async close() {
    await putAway()
    await browser.close()
  },
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { action, ...details } = JSON.parse(line)
  const answer = await actions[action](details).then(
    (value) => ({ value: value ?? null }),
    (error) => ({ error: error.message, said }),
  )
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  if (action === 'close') break
}
process.exit(0)
