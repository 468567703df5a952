/** What a mini-program's source calls of wx must all be in the harness. */
import fs from 'node:fs'
import path from 'node:path'
import { readText, SourceError } from './source.js'

const CALL = /\bwx\.(\w+)/g
const COMMENT = /\/\*.*?\*\/|(?<![:'"])\/\/.*/gs
const BROWSER = ['document', 'navigator', 'addEventListener', 'matchMedia', 'localStorage', 'innerWidth', 'screen']

/** Throw a SourceError that names every call the harness lacks. */
export async function checkCalls(source) {
  const known = await knownCalls(source.app)
  const lacking = [...calledIn(source.folder)].filter((name) => !known.has(name)).sort()
  if (lacking.length > 0) throw new SourceError(`the harness lacks ${lacking.map((name) => `wx.${name}`).join(', ')}`)
}

function calledIn(folder) {
  const scripts = fs.readdirSync(folder, { recursive: true }).filter((name) => /\.(ts|js)$/.test(name) && !name.includes('node_modules'))
  const texts = scripts.map((name) => readText(path.join(folder, name)).replace(COMMENT, ''))
  return new Set(texts.flatMap((text) => [...text.matchAll(CALL)].map(([, name]) => name)))
}

/** The harness's wx is made for a browser; here it is only asked for its names. */
async function knownCalls(app) {
  const given = { location: { search: '', origin: '' }, HTMLElement: class {}, ...Object.fromEntries(BROWSER.map((name) => [name, nothing])) }
  const missing = Object.entries(given).filter(([name]) => !(name in globalThis))
  for (const [name, value] of missing) globalThis[name] = value
  try {
    const { createWx } = await import('../wx/index.js')
    return new Set(Object.keys(createWx({ facts: { app } })))
  } finally {
    for (const [name] of missing) delete globalThis[name]
  }
}

/** Whatever is asked of it, it is nothing again. */
const nothing = new Proxy(() => undefined, { get: () => nothing, apply: () => nothing, set: () => true })
