/** Keeps the popup true: by the server's events, else by polling. Without this file, plain forms and a refresh do. */
import { checkNumber } from './popup-number.js'

const POLL_MS = 2000
const POLLS_BEFORE_EVENTS = 5
const GUARD_MS = 30_000
const LONG_LOST_MS = 1500
const SAY_SO_MS = 5000
const GIVE_UP_MS = 15_000
const AGAIN_MS = 1000
const AWAY = [502, 503, 504]

const link = document.getElementById('link')
const said = document.getElementById('said')
let main = document.getElementById('screen')
let serverAhead = 0
let turn = 0
let polls = 0
let stream, pollTimer, lostTimer, toldState
let isSending = false
let isOverdue = false

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

/** Look again; while something pressed is under way, afterwards: no screen may be swapped under the cashier's hand. */
async function refresh() {
  if (isSending) return void (isOverdue = true)
  const mine = ++turn
  try {
    const answer = await fetch(location.href, { cache: 'no-store' })
    const fresh = screenIn(await answer.text())
    if (answer.status >= 500 || !fresh) return lost()
    found()
    if (mine === turn) show(fresh, false)
  } catch {
    lost()
  }
}

const screenIn = (html) => new DOMParser().parseFromString(html, 'text/html').getElementById('screen')

/** Do what was pressed, once: it looks pressed at once, says so when it takes long, and can be pressed again when it fails. */
async function act(control, url, options) {
  if (isSending) return
  isSending = true
  turn += 1
  const release = press(control)
  const answer = await sent(url, options)
  const html = answer && answer.status < 500 ? await answer.text().catch(() => '') : ''
  const fresh = screenIn(html)
  isSending = false
  release()
  if (!fresh) return failed(control)
  found()
  show(fresh, true)
  const place = answer.redirected || !options ? answer.url : fresh.dataset.screen === 'subscribe' ? '?step=subscribe' : location.href
  if (place !== location.href) history[options ? 'replaceState' : 'pushState'](null, '', place)
  if (isOverdue) refresh()
  isOverdue = false
  if (isOpen() && (!stream || stream.readyState === EventSource.CLOSED)) listen()
}

/** Send until somebody answers, for a while. The form carries which attempt its page had shown: sent twice, it does nothing. */
async function sent(url, options) {
  const end = Date.now() + GIVE_UP_MS
  for (let pause = AGAIN_MS; ; pause *= 2) {
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), end - Date.now())
    try {
      const answer = await fetch(url, { cache: 'no-store', ...options, signal: patience.signal })
      if (!AWAY.includes(answer.status)) return answer
    } catch {
      lost()
    } finally {
      clearTimeout(timer)
    }
    if (Date.now() + pause >= end) return null
    await new Promise((done) => setTimeout(done, pause))
  }
}

/** Show a control as pressed and all as disabled; return what ends that. */
function press(control) {
  const all = [...main.querySelectorAll('button, a.button')].filter((one) => !one.disabled)
  control.setAttribute('aria-busy', 'true')
  for (const one of all) one.tagName === 'BUTTON' ? (one.disabled = true) : one.setAttribute('aria-disabled', 'true')
  const word = document.createElement('p')
  word.className = 'hint slow'
  word.setAttribute('role', 'status')
  word.textContent = '服务器还没有回应，正在等，请不要关闭窗口。'
  const timer = setTimeout(() => (control.closest('.actions') ?? main).prepend(word), SAY_SO_MS)
  return () => {
    clearTimeout(timer)
    word.remove()
    control.removeAttribute('aria-busy')
    for (const one of all) one.tagName === 'BUTTON' ? (one.disabled = false) : one.removeAttribute('aria-disabled')
  }
}

/** Say that what was pressed has not happened: nobody shall wait for it. */
function failed(control) {
  lost()
  const told = main.querySelector('.refused') ?? document.createElement('p')
  told.className = 'refused'
  told.setAttribute('role', 'alert')
  told.textContent = '刚才的操作没有成功，请再点一次。'
  main.prepend(told)
  told.scrollIntoView({ block: 'center' })
  control.focus({ preventScroll: true })
}

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
    const shown = 'clock' in count.dataset ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}` : String(left)
    if (count.textContent !== shown) count.textContent = shown
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
document.addEventListener('submit', (event) => {
  event.preventDefault()
  const control = event.submitter ?? event.target
  const url = event.submitter?.getAttribute('formaction') ?? event.target.getAttribute('action')
  act(control, url, { method: 'POST', body: new URLSearchParams(new FormData(event.target)) })
})
document.addEventListener('click', (event) => {
  const { target } = event
  if (target.id === 'close') window.close()
  const link = target.closest?.('main a.button')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  const url = new URL(link.href)
  const picked = main.querySelector('.persons :checked')
  // Whoever is picked stays picked, whatever is pressed.
  if (picked && !url.searchParams.has('person')) url.searchParams.set('person', picked.value)
  act(link, url.href)
})
addEventListener('popstate', refresh)
// Why a code's picture does not come is known to the server alone.
document.addEventListener('error', ({ target }) => { if (target.id === 'picture') setTimeout(refresh, POLL_MS) }, true)
for (const name of ['online', 'pageshow', 'visibilitychange']) addEventListener(name, () => { if (isOpen()) refresh() })

document.documentElement.dataset.live = ''
settle()
listen()
setInterval(tick, 250)
setInterval(() => { if (isOpen()) refresh() }, GUARD_MS)
