/** wx.request, wx.uploadFile, wx.downloadFile: any status reaches success; at most ten at a time. */
import * as lifecycle from '../host/lifecycle.js'
import { parameters } from '../host/parameters.js'
import { breach, warn } from '../host/strict.js'
import { noteCall } from '../host/taps.js'
import { failure, settle } from './call.js'
import { addFile, fileBlob } from './files.js'

const MAX_CONCURRENT = 10
const TIMEOUT_MS = 60_000
const BACKGROUND_MS = 5_000
const running = new Set()
const waiting = []

export function requestCalls() {
  lifecycle.on('hide', () => setTimeout(interruptAll, BACKGROUND_MS))
  return {
    request: (options) => start('request', options, (signal) => request(options, signal)),
    uploadFile: (options) => start('uploadFile', options, (signal) => uploadFile(options, signal)),
    downloadFile: (options) => start('downloadFile', options, (signal) => downloadFile(options, signal)),
  }
}

/** WeChat ends what is under way five seconds after it went to the background. */
function interruptAll() {
  if (lifecycle.isVisible()) return
  for (const controller of running) controller.abort(failure('interrupted', 600003))
}

function start(name, options, send) {
  noteCall(name)
  const controller = new AbortController()
  const outcome = queued(controller, options.timeout ?? TIMEOUT_MS, send)
  settle(name, options, outcome.then((result) => ({ errMsg: `${name}:ok`, ...result })))
  const task = { abort: () => controller.abort(failure('abort')) }
  for (const event of ['HeadersReceived', 'ProgressUpdate', 'ChunkReceived']) {
    task[`on${event}`] = () => undefined
    task[`off${event}`] = () => undefined
  }
  return task
}

async function queued(controller, timeout, send) {
  if (running.size >= MAX_CONCURRENT) {
    warn(`more than ${MAX_CONCURRENT} requests at a time`)
    await new Promise((go) => waiting.push(go))
  }
  running.add(controller)
  const timer = setTimeout(() => controller.abort(failure('timeout', 5)), timeout)
  try {
    return await send(controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : asFailure(error)
  } finally {
    clearTimeout(timer)
    running.delete(controller)
    waiting.shift()?.()
  }
}

function asFailure(error) {
  return error.isWeChatFailure || !(error instanceof TypeError) ? error : failure('', 600001)
}

/** Send a https address to the server this phone was opened with; WeChat allows nothing else. */
function address(url) {
  if (url.startsWith(parameters.server)) return new URL(url)
  if (!url.startsWith('https://')) throw breach(`a request to "${url}": only https is allowed`)
  const { pathname, search } = new URL(url)
  return new URL(pathname + search, parameters.server)
}

async function request(options, signal) {
  const method = (options.method ?? 'GET').toUpperCase()
  const url = address(options.url)
  const hasBody = !['GET', 'HEAD'].includes(method)
  if (!hasBody) for (const [key, value] of Object.entries(options.data ?? {})) url.searchParams.set(key, value)
  const headers = { 'content-type': 'application/json', ...lowerCased(options.header) }
  const body = hasBody ? encoded(options.data, headers['content-type']) : undefined
  const answer = await fetch(url, { method, headers, body, signal })
  const data = options.responseType === 'arraybuffer' ? await answer.arrayBuffer() : parsed(await answer.text(), options)
  return { data, statusCode: answer.status, header: headersOf(answer), cookies: [] }
}

function lowerCased(header = {}) {
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))
}

function encoded(data, type) {
  if (data === undefined || typeof data === 'string' || data instanceof ArrayBuffer) return data
  if (ArrayBuffer.isView(data)) throw breach('request: data must be an ArrayBuffer, not a view of one')
  return type.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(data).toString() : JSON.stringify(data)
}

function parsed(text, { dataType = 'json' }) {
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const headersOf = (answer) => Object.fromEntries([...answer.headers])

async function uploadFile({ url, filePath, name, formData = {}, header }, signal) {
  const body = new FormData()
  for (const [key, value] of Object.entries(formData)) body.set(key, value)
  body.set(name, fileBlob(filePath), filePath.split('/').pop())
  const answer = await fetch(address(url), { method: 'POST', body, headers: header, signal })
  return { statusCode: answer.status, data: await answer.text(), header: headersOf(answer) }
}

async function downloadFile({ url, header }, signal) {
  const answer = await fetch(address(url), { headers: header, signal })
  return { statusCode: answer.status, tempFilePath: addFile(await answer.blob(), 'bin'), header: headersOf(answer) }
}
