/** Compiles WXML with WeChat's own template compiler; every warning of it, and some of ours, is an error. */
import path from 'node:path'
import { createRequire } from 'node:module'
import { BUILT_INS, TEMPLATE_WORDS } from '../elements/names.js'
import { readText, SourceError } from './source.js'

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler')

// `bindtap` without a colon reaches a built-in element as a mere attribute here, and is the old way in WeChat.
const OLD_EVENT = /\s((?:capture-)?(?:mut-)?(?:bind|catch)[a-z]\w*)\s*=/
const EMPTY_BINDING = /\{\{\s*\}\}/
const TAG = /<([a-z][\w-]*)/g
const COMMENT = /<!--[^]*?-->/g

/** Return the JavaScript expression that holds the compiled templates of all units. */
export function compileTemplates(source) {
  const group = new TmplGroup()
  const complaints = []
  for (const [name, unit] of source.units) addTemplate(group, source, name, unit, complaints)
  if (complaints.length > 0) throw new SourceError(complaints.join('\n'))
  return group.getTmplGenObjectGroups()
}

function addTemplate(group, source, name, unit, complaints) {
  const text = readText(path.join(source.folder, `${name}.wxml`))
  complaints.push(...ownComplaints(name, text, unit))
  for (const one of group.addTmpl(name, text)) {
    complaints.push(`${name}.wxml:${one.startLine + 1}:${one.startColumn + 1} ${one.message}`)
  }
  for (const other of group.getDirectDependencies(name)) addTemplate(group, source, other, unit, complaints)
  for (const script of group.getScriptDependencies(name)) {
    group.addScript(script, readText(path.join(source.folder, `${script}.wxs`)))
  }
}

/** Return what WeChat would refuse or misread but the compiler accepts. */
function ownComplaints(name, text, unit) {
  const plain = text.replace(COMMENT, '')
  const found = []
  const old = OLD_EVENT.exec(plain)
  if (old) found.push(`${name}.wxml: write ${old[1].replace(/(bind|catch)/, '$1:')}, not ${old[1]}`)
  if (EMPTY_BINDING.test(plain)) found.push(`${name}.wxml: empty {{}}`)
  const known = new Set([...BUILT_INS, ...TEMPLATE_WORDS, ...Object.keys(unit.usingComponents)])
  for (const [, tag] of plain.matchAll(TAG)) {
    if (!known.has(tag)) found.push(`${name}.wxml: <${tag}> is neither built in nor in usingComponents`)
  }
  return found
}
