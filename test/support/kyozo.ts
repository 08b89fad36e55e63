// kyozo as a user starts it: a process of its own, with its own data directory, port and database, and an engine that it leaves clean.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { compiled } from './compiled.ts'
import { copySeed } from './seed-postgres.ts'
import { unchecked } from './unchecked.ts'
import { until } from './until.ts'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')
export const adminToken = 'test-admin-token-0123456789'

export interface TestKyozo {
  readonly url: string
  readonly port: number
  readonly dataDir: string
  /** The process that runs now. */
  pid(): number
  /** The address to push a workspace to, with the token in it. */
  remote(workspace: string): string
  /** A GET of the API; the parsed document. */
  api<T = ApiDocument>(path: string): Promise<T>
  /** Asks a service through the edge by its host name. */
  ask(host: string, path?: string): Promise<{ readonly status: number; readonly text: string }>
  output(): string
  /** SIGKILL, as a power cut. */
  kill(): Promise<void>
  stop(): Promise<void>
  /** How the last process ended; null while it runs, and after a signal. */
  exitCode(): number | null
  /** Whatever ended it. */
  hasEnded(): boolean
  /** Starts again on the same data directory, after `kill` or `stop`; `folder` holds the version to run, by default this one. */
  start(folder?: string): Promise<void>
  /** Stops it and removes everything of this instance from the engine and the disk. */
  remove(): Promise<void>
}

export interface ApiResource {
  readonly id: string
  readonly type: string
  readonly attributes: Readonly<Record<string, never>> & Readonly<Record<string, unknown>>
  readonly relationships?: Readonly<Record<string, { readonly data: { readonly id: string } | null }>>
}

export interface ApiDocument {
  readonly data: readonly ApiResource[]
}

/** It takes a second or two on a machine that has nothing else to do. */
const readyMs = 120_000

/** `folder` holds the version to run first; default is this one. */
export async function startKyozo(environment: Readonly<Record<string, string>> = {}, folder = root): Promise<TestKyozo> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-data-'))
  // What another version migrates is its own.
  if (folder === root && environment.DATABASE_URL === undefined) await copySeed(path.join(dataDir, 'postgres'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let output = ''
  const instances = new Set<string>()
  const start = async (from = root) => {
    if (from === root) unchecked.delete(url)
    else unchecked.add(url)
    child = spawn(process.execPath, ['src/main.ts'], {
      cwd: from,
      env: {
        PATH: process.env.PATH,
        HOME: dataDir,
        KYOZO_DATA_DIR: dataDir,
        KYOZO_PORT: String(port),
        KYOZO_ADMIN_TOKEN: adminToken,
        KYOZO_LOG_LEVEL: 'warn',
        NODE_COMPILE_CACHE: compiled,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const mine = child
    let ready = false
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      ready ||= output.includes('kyozo is ready')
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    output = ''
    const isReady = () => {
      if (mine.exitCode !== null || mine.signalCode !== null) throw new Error(`kyozo ended while starting: ${output}`)
      return ready
    }
    await until('kyozo to be ready', isReady, { deadlineMs: readyMs }).catch((error: Error) => {
      // Nobody could stop it any more: who asked for it gets nothing to stop it with.
      mine.kill('SIGKILL')
      throw new Error(`${error.message}: ${output}`)
    })
    // A worker answers nobody: what it makes is removed with the process whose instance it is.
    if (environment.KYOZO_ROLE !== 'worker') instances.add(await instanceOf(url))
  }
  const end = async (signal: NodeJS.Signals) => {
    const mine = child
    if (mine === undefined || mine.exitCode !== null || mine.signalCode !== null) return
    const ended = new Promise((resolve) => mine.once('exit', resolve))
    mine.kill(signal)
    await ended
  }
  await start(folder)
  return {
    url,
    port,
    dataDir,
    pid: () => child?.pid ?? 0,
    start,
    remote: (workspace) => `http://test:${adminToken}@127.0.0.1:${port}/git/${workspace}.git`,
    api: async (at) => (await (await fetch(`${url}/api/v1${at}`, { headers: { Authorization: `Bearer ${adminToken}` } })).json()) as never,
    ask: (host, at = '/') => askHost(port, host, at),
    output: () => output,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    exitCode: () => child?.exitCode ?? null,
    hasEnded: () => child === undefined || child.exitCode !== null || child.signalCode !== null,
    async remove() {
      await end('SIGTERM')
      for (const instance of instances) await removeInstance(instance)
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function instanceOf(url: string): Promise<string> {
  const answer = (await (await fetch(`${url}/api/v1/instance`, { headers: { Authorization: `Bearer ${adminToken}` } })).json()) as {
    data: { id: string }
  }
  return answer.data.id
}

/** The edge is asked by the Host header: names below localhost do not resolve everywhere. */
async function askHost(port: number, host: string, at: string): Promise<{ status: number; text: string }> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: at, headers: { Host: `${host}:${port}` }, timeout: 10_000 }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.once('error', reject)
    })
    asked.once('timeout', () => asked.destroy(new Error(`${host}${at} did not answer`)))
    asked.once('error', reject)
    asked.end()
  })
}

async function removeInstance(instance: string): Promise<void> {
  const filter = ['--filter', `label=kyozo.instance=${instance}`]
  await removeAll(['container', 'ls', '--all', '--quiet', ...filter], ['container', 'rm', '--force', '--volumes'])
  await removeAll(['network', 'ls', '--quiet', ...filter], ['network', 'rm'])
  await removeAll(['volume', 'ls', '--quiet', ...filter], ['volume', 'rm', '--force'])
  await removeAll(['image', 'ls', '--quiet', ...filter], ['image', 'rm', '--force'])
}

async function removeAll(list: readonly string[], remove: readonly string[]): Promise<void> {
  const { stdout } = await run('docker', [...list])
  const ids = [...new Set(stdout.split('\n').filter((id) => id !== ''))]
  if (ids.length > 0) await run('docker', [...remove, ...ids]).catch(() => undefined)
}

/** Below the range from which the system gives ports to clients: one of theirs may be taken again before it is used here. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** Running containers of a compose project, as id by service. */
/** Also those that have ended, or were never started. */
export async function countContainers(project: string): Promise<number> {
  const { stdout } = await run('docker', ['container', 'ls', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${project}`])
  return stdout.split('\n').filter((line) => line !== '').length
}

export async function containersOf(project: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await run('docker', [
    'container',
    'ls',
    '--no-trunc',
    '--filter',
    `label=com.docker.compose.project=${project}`,
    '--format',
    '{{.Label "kyozo.service"}} {{.ID}}',
  ])
  return new Map(
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ') as [string, string]),
  )
}
