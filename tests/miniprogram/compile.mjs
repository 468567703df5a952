// Compiles every WXML and WXSS of the mini-program with WeChat's own wcc and wcsc; any word of theirs is an error.
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const tools = join(dirname(createRequire(import.meta.url).resolve('miniprogram-compiler/package.json')), 'bin', platform())
const source = resolve(process.argv[2])

function platform() {
  return { darwin: 'mac', win32: 'windows' }[process.platform] ?? 'linux'
}

const files = (ending) => readdirSync(source, { recursive: true }).filter((file) => file.endsWith(ending)).sort()

function components(template) {
  const settings = JSON.parse(readFileSync(join(source, template.replace(/wxml$/, 'json')), 'utf8'))
  const used = Object.keys(settings.usingComponents ?? {})
  return used.length ? [template, used.length, ...used] : []
}

function run(tool, args) {
  const program = join(tools, process.platform === 'win32' ? `${tool}.exe` : tool)
  chmodSync(program, 0o755)
  const made = spawnSync(program, args, { cwd: source, maxBuffer: 1 << 26, encoding: 'utf8' })
  if (made.error) throw made.error
  if (made.status !== 0 || made.stderr.trim()) {
    console.error(`${tool}: ${made.stderr.trim() || `exit ${made.status}`}`)
    process.exit(1)
  }
  return made.stdout
}

const templates = files('.wxml')
const given = templates.map(components).filter((entry) => entry.length)
run('wcc', ['-d', '-cc', [given.length, ...given.flat()].join(' '), ...templates, '-gn', '$gwx'])

const sheets = files('.wxss')
const isComponent = (sheet) => sheet.startsWith('components/')
const ordered = [...sheets.filter(isComponent), ...sheets.filter((sheet) => !isComponent(sheet))]
run('wcsc', ['-db', '-pc', String(sheets.filter(isComponent).length), ...ordered])
console.log(`${templates.length} templates, ${sheets.length} style sheets`)
