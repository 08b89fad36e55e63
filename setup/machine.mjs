// What the set-up scripts know about this machine, and the one way they run a program: an argument list, never a shell.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Stops the set-up with a message and what to do about it. */
export class SetupError extends Error {
  /** @param {string} message what is wrong @param {string} fix what to do, one step a line */
  constructor(message, fix) {
    super(message)
    this.fix = fix
  }
}

/** Everything the set-up says goes to standard error, so that standard output stays the program's own. */
export function say(line) {
  process.stderr.write(`kyozo set-up: ${line}\n`)
}

/** System packages may be installed only by root, and only when the user has not forbidden it. */
export function mayInstallSystemPackages() {
  return process.getuid?.() === 0 && process.env.KYOZO_NO_SYSTEM_INSTALL !== '1'
}

/** Why `mayInstallSystemPackages` says no, as the end of a sentence. */
export function whyNoSystemPackages() {
  return process.env.KYOZO_NO_SYSTEM_INSTALL === '1' ? 'KYOZO_NO_SYSTEM_INSTALL=1 forbids installing it' : 'installing it needs root'
}

/**
 * Runs a program to its end. Returns `{ ok, out, err }`; a program that does not exist is `ok: false`.
 * @param {string} program @param {string[]} args @param {{ timeoutMs?: number, show?: boolean, env?: Record<string, string> }} [options]
 */
export function run(program, args, { timeoutMs = 60_000, show = false, env = {} } = {}) {
  const done = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', show ? 2 : 'pipe', show ? 2 : 'pipe'],
    env: { ...process.env, ...env },
  })
  return { ok: done.status === 0, out: done.stdout ?? '', err: done.stderr || String(done.error ?? '') }
}

/** As `run`, beside others: the programs of one question are asked together. @param {string} program @param {string[]} args */
export function ask(program, args, { timeoutMs = 60_000 } = {}) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: timeoutMs }, (error, out, err) =>
      resolve({ ok: error === null, out, err: err || String(error ?? '') }),
    )
  })
}

/** The fields of /etc/os-release, or an empty object where there is none. */
export function osRelease() {
  if (!existsSync('/etc/os-release')) return {}
  const fields = readFileSync('/etc/os-release', 'utf8').matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}

/** Refreshes the package lists once per run of the set-up. */
export function updatePackageLists() {
  if (listsAreFresh) return
  const updated = run('apt-get', ['update', '-qq'], { timeoutMs: 300_000 })
  if (!updated.ok)
    throw new SetupError(
      `apt-get update failed: ${lastLine(updated.err)}`,
      'check the network and /etc/apt/sources.list, then run the same command again',
    )
  listsAreFresh = true
}

/** Makes the next `updatePackageLists` ask again, after a package source was added. */
export function packageSourcesChanged() {
  listsAreFresh = false
}

/** Installs Debian packages, saying so first. @param {string[]} names @param {string} reason */
export function installSystemPackages(names, reason) {
  say(`installing ${names.join(' ')} (${reason})`)
  updatePackageLists()
  const installed = run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
    timeoutMs: 900_000,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (!installed.ok)
    throw new SetupError(
      `apt-get install ${names.join(' ')} failed: ${lastLine(installed.err)}`,
      `run it by hand: apt-get install --no-install-recommends ${names.join(' ')}`,
    )
}

export function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? ''
}

let listsAreFresh = false
