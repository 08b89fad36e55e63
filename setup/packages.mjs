// npm packages: `npm ci` when they are missing or older than the lockfile.
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run, SetupError, say } from './machine.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const lockfile = `${root}package-lock.json`
/** A copy of the lockfile that the installed packages came from. */
const installedLockfile = `${root}node_modules/.kyozo-lock.json`

export function preparePackages() {
  if (existsSync(installedLockfile) && readFileSync(installedLockfile, 'utf8') === readFileSync(lockfile, 'utf8')) return
  say('installing npm packages (npm ci)')
  const installed = run('npm', ['ci', '--prefix', root, '--no-audit', '--no-fund', '--loglevel=error'], { timeoutMs: 900_000, show: true })
  if (!installed.ok)
    throw new SetupError('npm ci failed (its own message is above)', 'check the network and the disk, then run the same command again')
  copyFileSync(lockfile, installedLockfile)
}
