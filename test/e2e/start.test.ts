// Starting and stopping: another PostgreSQL, a second kyozo on the same directory, a restart, an engine that is away.
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { adminToken, freePort, startKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const minutes = 60_000
const root = path.join(import.meta.dirname, '../..')
const undo: (() => Promise<unknown>)[] = []

afterAll(async () => {
  for (const step of undo.reverse()) await step()
}, minutes)

const page = { 'index.html': '<h1>Hello</h1>\n' }

async function otherPostgres(): Promise<string> {
  const name = `kyozo-test-postgres-${randomBytes(4).toString('hex')}`
  const port = await freePort()
  await run('docker', [
    'run',
    '--detach',
    '--name',
    name,
    '--publish',
    `127.0.0.1:${port}:5432`,
    '--env',
    'POSTGRES_PASSWORD=secret',
    'postgres:17',
  ])
  undo.push(() => run('docker', ['rm', '--force', '--volumes', name]))
  const url = `postgres://postgres:secret@127.0.0.1:${port}/postgres`
  await until(
    'PostgreSQL to accept connections',
    async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
      const isUp = await client.connect().then(
        () => true,
        () => false,
      )
      await client.end().catch(() => undefined)
      return isUp
    },
    { deadlineMs: minutes },
  )
  return url
}

it(
  'deploys with a PostgreSQL of one’s own, and starts no other',
  async () => {
    const kyozo = await startKyozo({ DATABASE_URL: await otherPostgres() })
    undo.push(() => kyozo.remove())
    const repository = await createRepository({ files: page })
    undo.push(() => repository.remove())
    const workspace = `own-${randomBytes(3).toString('hex')}`
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('is live: 1 live')
    expect(await readdir(kyozo.dataDir)).not.toContain('postgres')
  },
  4 * minutes,
)

it(
  'refuses a directory that another kyozo uses, in words',
  async () => {
    const kyozo = await startKyozo()
    undo.push(() => kyozo.remove())
    const { exitCode, output } = await startSecond({ KYOZO_DATA_DIR: kyozo.dataDir })
    expect(exitCode).toBe(3)
    expect(output).toContain(`another kyozo uses ${kyozo.dataDir}`)
    expect(output).toContain('KYOZO_DATA_DIR')
  },
  minutes,
)

it.each([
  [{ KYOZO_PORT: 'eighty' }, /KYOZO_PORT/],
  [{ DATABASE_URL: 'mysql://x' }, /DATABASE_URL must begin with postgres:\/\//],
  [{ KYOZO_ADMIN_TOKEN: 'short' }, /KYOZO_ADMIN_TOKEN must be at least 16 characters/],
  [{ KYOZO_GITHUB_TOKEN: 'x' }, /KYOZO_GITHUB_WEBHOOK_SECRET/],
  [{ KYOZO_SECRET_KEY: 'zz' }, /KYOZO_SECRET_KEY must be 64 hexadecimal digits/],
  [{ DATABASE_URL: 'postgres://nobody:secret-word@127.0.0.1:1/x' }, /PostgreSQL did not answer/],
])(
  'names what is wrong with %j and starts nothing',
  async (environment, words) => {
    const { exitCode, output } = await startSecond(environment as Record<string, string>)
    expect(exitCode).not.toBe(0)
    expect(output).toMatch(words)
    expect(output).not.toContain('secret-word')
  },
  minutes,
)

it(
  'keeps its key where only its user reads it',
  async () => {
    const kyozo = await startKyozo()
    undo.push(() => kyozo.remove())
    const key = path.join(kyozo.dataDir, 'secret.key')
    expect((await stat(key)).mode & 0o777).toBe(0o600)
    expect(await readFile(key, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  },
  minutes,
)

it(
  'accepts a push while the engine is away, and says what it waits for',
  async () => {
    const kyozo = await startKyozo({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' })
    undo.push(() => kyozo.remove())
    const ready = await fetch(`${kyozo.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ database: 'ok', engine: expect.stringMatching(/Docker engine/) })
    const repository = await createRepository({ files: page })
    undo.push(() => repository.remove())
    const workspace = `away-${randomBytes(3).toString('hex')}`
    const pushed = await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
    expect(pushed.exitCode).toBe(0)
    const release = await until('the release to wait', async () =>
      (await kyozo.api('/releases?page[size]=1')).data.find((found) => String(found.attributes.reason).startsWith('waiting to try again')),
    )
    expect(release.attributes).toMatchObject({
      state: expect.stringMatching(/queued|running/),
      reason: expect.stringMatching(/Docker engine/),
    })
  },
  2 * minutes,
)

async function startSecond(environment: Readonly<Record<string, string>>): Promise<{ exitCode: number | null; output: string }> {
  const folder = `/tmp/kyozo-second-${randomBytes(4).toString('hex')}`
  await mkdir(folder)
  undo.push(() => run('rm', ['-rf', folder]))
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: path.join(import.meta.dirname, '../..'),
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      KYOZO_DATA_DIR: folder,
      KYOZO_PORT: String(await freePort()),
      KYOZO_ADMIN_TOKEN: adminToken,
      ...environment,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { exitCode, output }
}

it('ends in order when it is told to stop while it starts, and leaves no server behind', { timeout: 3 * minutes }, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-start-'))
  undo.push(() => rm(dataDir, { recursive: true, force: true }))
  const pidFile = path.join(dataDir, 'postgres/data/postmaster.pid')
  const environment = {
    PATH: process.env.PATH,
    HOME: dataDir,
    KYOZO_DATA_DIR: dataDir,
    KYOZO_PORT: String(await freePort()),
    KYOZO_STOP_SECONDS: '100',
  }
  const child = spawn(process.execPath, ['src/main.ts'], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await until('its database to start', async () => (await readFile(pidFile, 'utf8').catch(() => '')) !== '', { everyMs: 10 })
  expect(output).toBe('')
  child.kill('SIGTERM')
  expect(await ended, output).toBe(0)
  expect(output).toContain('stopping within 100 s')
  await expect(readFile(pidFile)).rejects.toThrow('ENOENT')
})
