/** Reads a mini-program's source folder: app.json, and every page and component that it can reach. */
import fs from 'node:fs'
import path from 'node:path'

export class SourceError extends Error {}

/** Return {folder, app, pages, units}; units maps a path such as `pages/verify/verify` to its JSON. */
export function readSource(folder) {
  const app = readJson(path.join(folder, 'app.json'))
  if (app.themeLocation) app.theme = readJson(path.join(folder, app.themeLocation))
  const pages = allPages(app)
  const units = new Map()
  const waiting = [...pages]
  while (waiting.length > 0) {
    const name = waiting.shift()
    if (units.has(name)) continue
    const unit = readUnit(folder, app, name)
    units.set(name, unit)
    waiting.push(...Object.values(unit.usingComponents).map((absolute) => absolute.slice(1)))
  }
  return { folder, app, pages, units }
}

export function readText(file) {
  return fs.readFileSync(file, 'utf8')
}

function readJson(file) {
  try {
    return JSON.parse(readText(file))
  } catch (error) {
    throw new SourceError(`${file}: ${error.message}`)
  }
}

function allPages(app) {
  const packages = app.subPackages ?? app.subpackages ?? []
  const others = packages.flatMap(({ root, pages }) => pages.map((page) => path.posix.join(root, page)))
  return [...app.pages, ...others]
}

function readUnit(folder, app, name) {
  for (const kind of ['json', 'wxml']) {
    if (!fs.existsSync(path.join(folder, `${name}.${kind}`))) throw new SourceError(`${name}.${kind} is missing`)
  }
  const unit = readJson(path.join(folder, `${name}.json`))
  const used = { ...app.usingComponents, ...unit.usingComponents }
  const resolved = Object.entries(used).map(([tag, target]) => [tag, absolutePath(name, target)])
  return { ...unit, usingComponents: Object.fromEntries(resolved) }
}

function absolutePath(from, target) {
  return target.startsWith('/') ? target : `/${path.posix.join(path.posix.dirname(from), target)}`
}
