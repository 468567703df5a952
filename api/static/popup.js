/** Keeps the popup true: by the server's events, else by polling. Without this file, plain forms and a refresh do. */
import { checkNumber } from './popup-number.js'

const POLL_MS = 2000
const POLLS_BEFORE_EVENTS = 5
const GUARD_MS = 30_000
const LONG_LOST_MS = 1500

const link = document.getElementById('link')
const said = document.getElementById('said')
let main = document.getElementById('screen')
let serverAhead = 0
let turn = 0
let polls = 0
let stream, pollTimer, lostTimer, toldState
let isSending = false

const isOpen = () => main.dataset.state === 'open'
const serverNow = () => Date.now() + serverAhead

/** Say that the connection is gone, unless it comes back at once. */
function lost() {
  lostTimer ??= setTimeout(() => {
    link.textContent = '连接中断，正在重新连接……画面可能不是最新的。'
    link.hidden = false
  }, LONG_LOST_MS)
}

function found() {
  clearTimeout(lostTimer)
  lostTimer = undefined
  if (link.hidden) return
  link.textContent = '连接已恢复。'
  setTimeout(() => { if (!lostTimer) link.hidden = true }, 3000)
}

/** Ask the server and show what it says; an answer that was overtaken by a later question is dropped. */
async function ask(url, options) {
  const mine = ++turn
  try {
    const answer = await fetch(url, { cache: 'no-store', ...options })
    const text = await answer.text()
    const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('screen')
    if (answer.status >= 500 || !fresh) return options ? failed() : lost()
    found()
    if (mine === turn) show(fresh, Boolean(options))
    if (answer.redirected) history.replaceState(null, '', answer.url)
    else if (options && fresh.dataset.screen === 'subscribe') history.replaceState(null, '', '?step=subscribe')
  } catch {
    lost()
    if (options) failed()
  }
}

/** Say that what was pressed has not happened: nobody shall wait for it. */
function failed() {
  const told = main.querySelector('.refused') ?? document.createElement('p')
  told.className = 'refused'
  told.setAttribute('role', 'alert')
  told.textContent = '刚才的操作没有成功，请再点一次。'
  main.prepend(told)
  told.scrollIntoView({ block: 'center' })
}

const refresh = () => ask(location.href)

/** Put the new screen in place; what is being typed and where the keyboard is stay. */
function show(fresh, wasSent) {
  const before = main
  const isSame = fresh.dataset.screen === before.dataset.screen
  if (isSame && 'steady' in fresh.dataset && !wasSent) {
    Object.assign(before.dataset, { seq: fresh.dataset.seq, now: fresh.dataset.now })
    serverAhead = Date.parse(before.dataset.now) - Date.now()
    return
  }
  const focused = before.contains(document.activeElement) ? document.activeElement.id : ''
  before.replaceWith(fresh)
  main = fresh
  settle()
  const kept = isSame && focused ? document.getElementById(focused) : null
  const next = kept ?? main.querySelector('[autofocus]') ?? (isSame && !focused ? null : main)
  next?.focus()
  // A refusal stands above the list; whoever has scrolled down to the button would not see it.
  if (wasSent) main.querySelector('[role=alert]')?.scrollIntoView({ block: 'center' })
  const words = (main.querySelector('[role=alert], #told') ?? main.querySelector('h2'))?.textContent.trim()
  if (words && said.textContent !== words) said.textContent = words
}

/** Set up what a new screen needs. */
function settle() {
  if (main.dataset.now) serverAhead = Date.parse(main.dataset.now) - Date.now()
  const close = document.getElementById('close')
  if (close) close.hidden = !window.opener
  if (document.getElementById('id_number')?.value) checkNumber(serverNow())
  tick()
  if (main.dataset.state && !isOpen()) end()
}

/** Tell the till how it ended: the page that opened or frames this one, and its URL scheme. */
function end() {
  stream?.close()
  clearTimeout(pollTimer)
  const { state, verification } = main.dataset
  if (toldState === state) return
  toldState = state
  const { origins, scheme } = document.body.dataset
  const message = { type: 'yibao-face', verification_id: verification, state }
  for (const till of [window.opener, window.parent === window ? null : window.parent]) {
    if (till) for (const origin of origins.split(' ').filter(Boolean)) till.postMessage(message, origin)
  }
  if (scheme) location.href = `${scheme}://yibao-face?verification_id=${verification}&state=${state}`
}

/** Follow the events; the browser reconnects by itself, a refusal (busy) is answered by polling. */
function listen() {
  stream?.close()
  if (!isOpen()) return
  stream = new EventSource(`${main.dataset.events}?after=${main.dataset.seq}`)
  stream.onopen = () => { if (lostTimer) refresh() }
  stream.onmessage = ({ data }) => { if (JSON.parse(data).seq > Number(main.dataset.seq)) refresh() }
  stream.onerror = () => (stream.readyState === EventSource.CLOSED ? poll() : lost())
}

function poll() {
  clearTimeout(pollTimer)
  pollTimer = setTimeout(async () => {
    await refresh()
    if (!isOpen()) return
    if (++polls % POLLS_BEFORE_EVENTS) poll()
    else listen()
  }, POLL_MS)
}

/** Count down by the server's clock; at zero the server says what has become of it. */
function tick() {
  for (const count of main.querySelectorAll('[data-until]')) {
    const left = Math.max(0, Math.ceil((Date.parse(count.dataset.until) - serverNow()) / 1000))
    if (count.textContent !== String(left)) count.textContent = left
    if (!left && !count.dataset.done) {
      count.dataset.done = 'yes'
      setTimeout(refresh, 1000)
    }
  }
  for (const button of main.querySelectorAll('[data-from]')) button.hidden = serverNow() < Date.parse(button.dataset.from)
}

document.addEventListener('input', ({ target }) => {
  if (target.id === 'id_number' || target.id === 'id_type') checkNumber(serverNow())
})
document.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (isSending) return
  isSending = true
  const url = event.submitter?.getAttribute('formaction') ?? event.target.getAttribute('action')
  await ask(url, { method: 'POST', body: new URLSearchParams(new FormData(event.target)) })
  isSending = false
  if (isOpen() && (!stream || stream.readyState === EventSource.CLOSED)) listen()
})
document.addEventListener('click', ({ target }) => { if (target.id === 'close') window.close() })
for (const name of ['online', 'pageshow', 'visibilitychange']) addEventListener(name, () => { if (isOpen()) refresh() })

document.documentElement.dataset.live = ''
settle()
listen()
setInterval(tick, 250)
setInterval(() => { if (isOpen()) refresh() }, GUARD_MS)
