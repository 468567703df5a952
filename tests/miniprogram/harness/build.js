/** Builds the phone: `node build.js SOURCE OUT` → OUT/index.html, phone.css, app.js and the source's own files. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'
import { checkCalls } from './compile/calls.js'
import { entryScript } from './compile/entry.js'
import { readSource, SourceError } from './compile/source.js'
import { compileTemplates } from './compile/wxml.js'
import { compileStyles } from './compile/wxss.js'

const HERE = path.dirname(fileURLToPath(import.meta.url))
const MEDIA = /\.(png|jpe?g|gif|svg|webp|mp3|m4a|wav)$/

/** Build the source folder into `out`; throw SourceError with everything that is wrong with it. */
export async function build(folder, out) {
  const source = readSource(path.resolve(folder))
  await checkCalls(source)
  const script = entryScript(source, compileTemplates(source), compileStyles(source), path.join(HERE, 'host/host.js'))
  fs.mkdirSync(out, { recursive: true })
  await bundle(script, path.join(out, 'app.js'))
  for (const file of ['index.html', 'phone.css']) fs.copyFileSync(path.join(HERE, 'host', file), path.join(out, file))
  copyMedia(source.folder, path.join(out, 'source'))
  return source
}

async function bundle(contents, outfile) {
  await esbuild.build({
    stdin: { contents, resolveDir: HERE, loader: 'js' },
    outfile,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    sourcemap: 'linked',
    resolveExtensions: ['.ts', '.js', '.json'],
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'warning',
  })
}

function copyMedia(folder, out) {
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    if (!MEDIA.test(name) || name.includes('node_modules')) continue
    fs.mkdirSync(path.dirname(path.join(out, name)), { recursive: true })
    fs.copyFileSync(path.join(folder, name), path.join(out, name))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, out] = process.argv.slice(2)
  try {
    const source = await build(folder, out)
    console.log(`built ${source.pages.length} pages, ${source.units.size - source.pages.length} components into ${out}`)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
