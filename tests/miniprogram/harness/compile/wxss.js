/** Turns WXSS into CSS: rpx, `page`, built-in tags, and one class prefix for each isolated component. */
import fs from 'node:fs'
import path from 'node:path'
import postcss from 'postcss'
import parseSelector from 'postcss-selector-parser'
import { BUILT_INS } from '../elements/names.js'
import { readText, SourceError } from './source.js'

// 750 rpx are the width of the screen.
const RPX_PER_VW = 7.5
const RPX = /(-?[\d.]+)rpx\b/g
// A page begins below the bar, and 100vh is the page's height.
const VH = /(-?[\d.]+)vh\b/g
const BAR = '44px'

/** Return [[path, prefix, css], …]: app.wxss first, then one sheet for each unit. */
export function compileStyles(source) {
  const sheets = [['app', '', styleSheet(source, 'app', '')]]
  let number = 0
  for (const [name, unit] of source.units) {
    const prefix = isIsolated(source, name, unit) ? `c${(number += 1)}` : ''
    sheets.push([name, prefix, styleSheet(source, name, prefix)])
  }
  return sheets
}

/** With apply-shared a page's styles reach the component as well, but its own stay its own. */
function isIsolated(source, name, unit) {
  return !source.pages.includes(name) && !/^(page-)?shared$/.test(unit.styleIsolation ?? '')
}

function styleSheet(source, name, prefix) {
  const file = path.join(source.folder, `${name}.wxss`)
  return fs.existsSync(file) ? parsed(file, prefix).toString() : ''
}

function parsed(file, prefix) {
  const root = postcss.parse(readText(file), { from: file })
  root.walkAtRules('import', (rule) => {
    const target = path.resolve(path.dirname(file), rule.params.replace(/['"]/g, ''))
    rule.replaceWith(parsed(target, prefix))
  })
  root.walkDecls((declaration) => {
    declaration.value = lengths(declaration.value)
  })
  root.walkRules((rule) => {
    if (rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name)) return
    rule.selector = scoped(rule.selector, prefix, file)
  })
  return root
}

function lengths(value) {
  const wide = value.replace(VH, (_, size) => `calc((100vh - ${BAR}) * ${size / 100})`)
  return wide.replace(RPX, (_, size) => `${+(size / RPX_PER_VW).toFixed(4)}vw`)
}

function scoped(selector, prefix, file) {
  return parseSelector((tree) => {
    tree.walk((node) => {
      if (node.type === 'tag') renameTag(node, prefix, file)
      if (prefix && (node.type === 'id' || node.type === 'attribute')) refuse(node, file)
      if (prefix && node.type === 'class') prefixClass(node, prefix)
      if (prefix && node.type === 'pseudo' && node.value === ':host') node.replaceWith(host(prefix))
    })
  }).processSync(selector)
}

function renameTag(node, prefix, file) {
  // WeChat: "some selectors are not allowed in component wxss, including tag name selectors, ID and attribute".
  if (prefix && node.parent.parent?.type !== 'pseudo') refuse(node, file)
  if (node.value === 'page') node.value = 'wx-page-body'
  else if (BUILT_INS.has(node.value)) node.value = `wx-${node.value}`
}

function prefixClass(node, prefix) {
  if (!node.value.startsWith(`${prefix}--`)) node.value = `${prefix}--${node.value}`
}

function host(prefix) {
  return parseSelector.attribute({ attribute: 'wx-host', operator: '=', value: prefix, quoteMark: '"' })
}

function refuse(node, file) {
  throw new SourceError(`${file}: a component's style sheet may not select by "${String(node)}"`)
}
