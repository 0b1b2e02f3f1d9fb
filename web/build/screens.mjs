// Builds the screens, each by itself into api/static/NAME, and packs what compresses well.
// `node build/screens.mjs desk city` builds only those.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { screenConfig, SCREENS, STATIC } from '../vite.config.mjs'

const PACKED = /\.(html|js|css|svg|json|webmanifest)$/
const SMALLEST = 1024

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

function pack(path) {
  if (!PACKED.test(path) || statSync(path).size < SMALLEST) return
  const content = readFileSync(path)
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
}

const wanted = process.argv.slice(2)
for (const name of wanted.length ? wanted : SCREENS) {
  const folder = resolve(STATIC, name)
  rmSync(folder, { recursive: true, force: true })
  await build(screenConfig(name))
  for (const path of await filesOf(folder)) pack(path)
}
