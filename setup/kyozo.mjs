#!/usr/bin/env node
// The `kyozo` command. Plain JavaScript, so that it can say what is missing before anything is installed and under any Node; the command line
// itself is TypeScript, which the Node among the packages runs as it is.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const installed = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const commandLine = new URL('../src/cli/kyozo.ts', import.meta.url)

if (!existsSync(installed)) {
  process.stderr.write(
    'kyozo: its packages are not installed yet\n  run npm start once in its folder; it installs what is missing and serves\n',
  )
  process.exit(3)
}
const folder = compiled()
if (runsTypeScript()) {
  if (folder) module.enableCompileCache(folder)
  await import(commandLine.href)
} else {
  const env = folder ? { ...process.env, NODE_COMPILE_CACHE: folder } : process.env
  const done = spawnSync(installed, [fileURLToPath(commandLine), ...process.argv.slice(2)], { stdio: 'inherit', env })
  if (done.error) throw done.error
  process.exitCode = done.status ?? 128 + constants.signals[done.signal]
}

/** Whether this is the Node that package.json pins, or a newer one. */
function runsTypeScript() {
  return Number(process.versions.node.split('.')[0]) >= 24
}

/** Where Node keeps what it compiled: the next command starts in half the time. Not among temporary files, where others can write. */
function compiled() {
  const { NODE_COMPILE_CACHE, XDG_CACHE_HOME, HOME } = process.env
  const caches = XDG_CACHE_HOME || (HOME && path.join(HOME, '.cache'))
  return NODE_COMPILE_CACHE ?? (caches && path.join(caches, 'kyozo', 'compiled'))
}
