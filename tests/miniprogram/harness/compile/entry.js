/** Writes the script that hands the compiled source to the host, in the order WeChat runs it. */
import path from 'node:path'

/** Return the JavaScript of the entry. */
export function entryScript(source, templates, sheets, hostFile) {
  const prefixes = new Map(sheets.map(([name, prefix]) => [name, prefix]))
  const css = sheets.map(([name, , text]) => [name, text])
  const facts = { app: source.app, pages: source.pages, units: Object.fromEntries(source.units) }
  // Leaves first: a component must be defined before what uses it.
  const units = [...source.units.keys()].reverse()
  return [
    `import { Host } from ${JSON.stringify(hostFile)}`,
    `const host = new Host(${JSON.stringify(facts)}, ${templates}, ${JSON.stringify(css)})`,
    `host.run(() => require(${JSON.stringify(path.join(source.folder, 'app'))}))`,
    ...units.map((name) => definition(source, name, prefixes.get(name))),
    'host.start()',
  ].join('\n')
}

function definition(source, name, prefix) {
  const file = JSON.stringify(path.join(source.folder, name))
  return `host.define(${JSON.stringify(name)}, ${JSON.stringify(prefix)}, () => require(${file}))`
}
