// Bundles every unit test with the source it tests and runs them under node --test; what pages still wait for ends with them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'mini-unit-'))
const wanted = process.argv[2]
const tests = readdirSync(here).filter((file) => file.endsWith('.test.ts') && (!wanted || file === `${wanted}.test.ts`))

await esbuild.build({
  entryPoints: tests.map((file) => join(here, file)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
  loader: { '.json': 'json' },
})
const built = tests.map((file) => join(out, file.replace(/\.ts$/, '.mjs')))
const ran = spawnSync(process.execPath, ['--test', '--test-force-exit', ...built], { stdio: 'inherit' })
rmSync(out, { recursive: true })
process.exit(ran.status ?? 1)
