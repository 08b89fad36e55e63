// Fetches that take long: of large repositories, of which something comes all the time, and of those to which nothing comes.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setInterval as every } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { createMirrors, type Mirrors } from '../../src/git/mirror.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { until } from '../support/until.ts'

vi.setConfig({ testTimeout: 60_000 })

let folder: string
let mirrors: Mirrors
let github: GitHubDouble
/** A host each, so that the tests are in nobody's way. */
let hosts: readonly Server[]
const sockets = new Set<Socket>()
const repositories = ['one', 'two', 'three', 'four']

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-slow-'))
  mirrors = createMirrors(path.join(folder, 'mirrors'))
  github = await startGitHub()
  const repository = async (fullName: string, text: string) => {
    const created = await github.createRepository({ fullName })
    await created.push({ change: { files: { 'data.txt': text } } })
  }
  for (const name of repositories) await repository(`large/${name}`, randomBytes(2_000_000).toString('hex'))
  for (const name of repositories) await repository(`stalled/${name}`, 'words')
  await repository('other/small', 'words')
  hosts = [unevenHost(), unevenHost()]
  for (const host of hosts) await once(host.listen(0, '127.0.0.1'), 'listening')
})

afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  for (const host of hosts) host.close()
  await github.close()
  await rm(folder, { recursive: true, force: true })
})

/** In front of the Git host: what is of a large repository comes slowly, to a stalled one's fetch nothing comes, and the rest passes. */
function unevenHost(): Server {
  return createServer((near) => {
    const far = connect(Number(new URL(github.webUrl).port))
    for (const socket of [near, far])
      sockets.add(socket.on('error', () => undefined).on('close', () => [near, far].map((one) => one.destroy())))
    near.once('data', (first: Buffer) => {
      const owner = first.toString('latin1').split('/')[1]
      far.write(first)
      near.pipe(far)
      if (owner === 'large') void trickle(far, near)
      else if (owner !== 'stalled') far.pipe(near)
    })
  })
}

const bytesATick = 4_000

async function trickle(from: Socket, to: Socket): Promise<void> {
  for await (const _ of every(100)) {
    if (to.destroyed) return
    const chunk = (from.read(Math.min(bytesATick, from.readableLength)) ?? from.read()) as Buffer | null
    if (chunk !== null) to.write(chunk)
  }
}

/** Longer than a fetch may hear nothing before it is slow. */
const slowAfterMs = 5_500

/** What a team has begun to fetch of all repositories of an owner, and how to end it. */
async function begun(owner: string, { host, team }: { readonly host: Server; readonly team: string }) {
  const stop = new AbortController()
  const fetches = repositories.map((name) =>
    mirrors.fetch(`${owner}-${name}`, { url: urlOf(host, `${owner}/${name}`), ref: 'refs/heads/main', team, signal: stop.signal }),
  )
  const ended = Promise.allSettled(fetches)
  const start = performance.now()
  await until('the fetches to take long', () => performance.now() - start > slowAfterMs)
  return async () => {
    stop.abort(new KyozoError('canceled', 'cancelled by ada'))
    return (await ended).map((result) => (result.status === 'fulfilled' ? 'done' : (result.reason as KyozoError).code))
  }
}

function urlOf(host: Server, fullName: string): string {
  return `http://127.0.0.1:${(host.address() as AddressInfo).port}/${fullName}.git`
}

const fetched = (host: Server, team: string) =>
  mirrors.fetch(`small-of-${team}`, { url: urlOf(host, 'other/small'), ref: 'refs/heads/main', team })

it.concurrent('large repositories that come slowly keep nobody out, not even their own team', async () => {
  const host = hosts[0]!
  const end = await begun('large', { host, team: 'one' })
  expect(await fetched(host, 'one')).toMatch(/^[0-9a-f]{40}$/)
  expect(await fetched(host, 'other')).toMatch(/^[0-9a-f]{40}$/)
  expect(await end()).toEqual(repositories.map(() => 'canceled'))
})

it.concurrent('a team to whose fetches nothing comes is refused more of that host, and another team is not', async () => {
  const host = hosts[1]!
  const end = await begun('stalled', { host, team: 'one' })
  await expect(fetched(host, 'one')).rejects.toMatchObject({
    code: 'repository_unreachable',
    retryAfterSeconds: 5,
    message: expect.stringMatching(/is slow: nothing has come for 5 s to 4 calls$/),
  })
  expect(await fetched(host, 'other')).toMatch(/^[0-9a-f]{40}$/)
  expect(await end()).toEqual(repositories.map(() => 'canceled'))
})
