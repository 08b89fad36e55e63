// The shop, pushed by a real git to a real kyozo on a real engine: what a person does in the first week.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { type Load, startLoad } from '../support/load.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

// Another kyozo on the same engine may have a workspace named shop.
const workspace = `shop-${randomBytes(3).toString('hex')}`
const project = `kyozo-${workspace}-production`
const host = (service: string) => `${service}.${workspace}.localhost`
const minutes = 60_000

let kyozo: TestKyozo
let shop: TestRepository
let load: Load | undefined
let firstSha: string

beforeAll(async () => {
  kyozo = await startKyozo({ KYOZO_HEALTH_SECONDS: '30' })
  shop = await createRepository({ fixture: 'shop' })
}, 5 * minutes)

afterAll(async () => {
  await load?.stop()
  await kyozo.remove()
  await shop.remove()
}, 2 * minutes)

const push = () => shop.push(kyozo.remote(workspace))

/** The newest release's verdict for every service. */
async function verdicts(): Promise<Record<string, string>> {
  const { data } = await kyozo.api('/releases?page[size]=1')
  const release = await kyozo.api<{ data: { attributes: { verdicts: { service: string; verdict: string }[] } } }>(
    `/releases/${data[0]!.id}`,
  )
  return Object.fromEntries(release.data.attributes.verdicts.map((row) => [row.service, row.verdict]))
}

/** Services whose container is another one than before, once the old ones have gone. */
async function replacedSince(before: ReadonlyMap<string, string>): Promise<string[]> {
  await until(
    'one container a service',
    async () => (await containersOf(project)).size === before.size && (await countContainers()) === before.size,
  )
  const after = await containersOf(project)
  return [...after]
    .filter(([service, id]) => before.get(service) !== id)
    .map(([service]) => service)
    .sort()
}

async function countContainers(): Promise<number> {
  const { execFile } = await import('node:child_process')
  return new Promise((resolve, reject) => {
    execFile(
      'docker',
      ['container', 'ls', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${project}`],
      (error, stdout) => (error ? reject(error) : resolve(stdout.split('\n').filter(Boolean).length)),
    )
  })
}

const built = (output: string) => [...output.matchAll(/^Built (\S+) in/gm)].map((found) => found[1]).sort()

async function edit(file: string, from: string | RegExp, to: string): Promise<Record<string, string>> {
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(`${shop.folder}/${file}`, 'utf8')
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`${file} does not hold ${from}`)
  return { [file]: changed }
}

describe('the shop', () => {
  it(
    'deploys every service on the first push, healthy and reachable, the api with its database',
    async () => {
      const pushed = await push()
      firstSha = (await shop.git('rev-parse', 'HEAD')).output.trim()
      expect(pushed.output).toContain(`${firstSha.slice(0, 7)} is live: 8 live`)
      expect(pushed.exitCode).toBe(0)
      expect(await verdicts()).toEqual(
        Object.fromEntries(
          ['api', 'catalog', 'mailer', 'orders', 'postgres', 'redis', 'web', 'worker'].map((service) => [service, 'live']),
        ),
      )
      for (const service of ['api', 'catalog', 'mailer', 'orders'])
        expect(await kyozo.ask(host(service))).toMatchObject({ status: 200, text: expect.stringContaining(service) })
      expect(await kyozo.ask(host('web'))).toMatchObject({ status: 200, text: expect.stringContaining('<title>') })
      expect(await kyozo.ask(host('api'), '/products')).toMatchObject({ status: 200, text: expect.stringContaining('Teapot') })
      load = startLoad({ port: kyozo.port, hosts: ['api', 'catalog', 'mailer', 'orders', 'web'].map(host), perSecond: 100 })
    },
    8 * minutes,
  )

  it(
    'changes one service by one build and one new container',
    async () => {
      const before = await containersOf(project)
      await shop.commit('Change catalog', await edit('services/catalog/main.go', 'const version = "1.0.0"', 'const version = "1.0.1"'))
      const pushed = await push()
      expect(built(pushed.output)).toEqual(['catalog'])
      expect(await replacedSince(before)).toEqual(['catalog'])
      expect((await kyozo.ask(host('catalog'))).text).toContain('1.0.1')
    },
    3 * minutes,
  )

  it(
    'changes the shared library by rebuilding exactly the two services that import it',
    async () => {
      const before = await containersOf(project)
      const library = await firstSourceOf('packages/shared')
      await shop.commit('Change the library', { [library.file]: `${library.text}\n// A comment changes what is built.\n` })
      const pushed = await push()
      expect(built(pushed.output)).toEqual(['api', 'orders'])
      expect(await replacedSince(before)).toEqual(['api', 'orders'])
    },
    3 * minutes,
  )

  it(
    'restarts nothing when only the documentation changes',
    async () => {
      const before = await containersOf(project)
      await shop.commit('Change the docs', { 'docs/README.md': '# The shop\n\nNew words.\n' })
      const pushed = await push()
      expect(built(pushed.output)).toEqual([])
      expect(pushed.output).toContain('8 unchanged')
      expect(await replacedSince(before)).toEqual([])
      expect(new Set(Object.values(await verdicts()))).toEqual(new Set(['unchanged']))
    },
    2 * minutes,
  )

  it(
    'reverts a change without building',
    async () => {
      const before = await containersOf(project)
      await shop.commit('Revert catalog', await edit('services/catalog/main.go', 'const version = "1.0.1"', 'const version = "1.0.0"'))
      const pushed = await push()
      expect(built(pushed.output)).toEqual([])
      expect(pushed.output).toMatch(/catalog +live after .* \(image was built before\)/)
      expect(await replacedSince(before)).toEqual(['catalog'])
      expect((await kyozo.ask(host('catalog'))).text).toContain('1.0.0')
    },
    2 * minutes,
  )

  it.each([
    [
      'crashes at its start',
      'services/api/src/server.js',
      /^/,
      `throw new Error('the cash desk is closed')\n`,
      /api crashed .*exit 1.*the cash desk is closed.*Previous release \([0-9a-f]{7}\) still serving/,
    ],
    [
      'does not build',
      'services/catalog/main.go',
      'const version =',
      'const version int =',
      /catalog .*cannot use "1.0.0".*Previous release \([0-9a-f]{7}\) still serving/,
    ],
    [
      'never becomes healthy',
      'services/orders/src/server.js',
      `[200, { status: 'ok' }]`,
      `[500, { status: 'out of tea' }]`,
      /orders did not become healthy in 30 s.*500.*Previous release \([0-9a-f]{7}\) still serving/,
    ],
    [
      'is hidden from detection',
      'services/catalog/main.go',
      /[\s\S]*/,
      'package main\n\nfunc main() {}\n',
      /catalog runs from services\/catalog, which no longer looks like one since services\/catalog\/main.go changed.*still serving/,
    ],
  ])(
    'keeps the previous release serving when a service %s',
    async (_, file, from, to, words) => {
      const before = await containersOf(project)
      const broken = await shop.commit('Break it', await edit(file, from, to))
      const pushed = await push()
      await shop.git('revert', '--no-edit', 'HEAD')
      expect(pushed.exitCode).toBe(0)
      expect(pushed.output).toMatch(words)
      expect(await replacedSince(before)).toEqual([])
      const { data } = await kyozo.api('/releases?page[size]=1')
      expect(data[0]!.attributes).toMatchObject({ sha: broken, state: 'failed', reason: expect.stringMatching(words) })
      expect((await push()).output).toContain('is unchanged: 8 unchanged')
    },
    4 * minutes,
  )

  it(
    'answered every one of 100 requests a second meanwhile',
    async () => {
      const failures = await load!.stop()
      const sent = load!.sent()
      load = undefined
      expect(failures).toEqual([])
      expect(sent).toBeGreaterThan(1_000)
    },
    minutes,
  )

  it(
    'removes the container of a deleted folder and keeps its volume',
    async () => {
      await shop.commit('Delete the worker and the orders', { 'services/worker': null, 'services/orders': null })
      const pushed = await push()
      expect(pushed.output).toContain('remove worker: folder services/worker was removed')
      expect(pushed.output).toMatch(/keep volume redis-data: .*volume redis-data is kept/)
      const going = ['worker', 'orders', 'redis']
      const haveGone = async () => {
        const left = await containersOf(project)
        return going.every((service) => !left.has(service))
      }
      await until('the containers to go', haveGone, { deadlineMs: minutes })
      expect([...(await containersOf(project)).keys()].sort()).toEqual(['api', 'catalog', 'mailer', 'postgres', 'web'])
      expect(await volumes()).toContain(`${project}_redis-data`)
    },
    3 * minutes,
  )

  it(
    'runs the newest of three quick pushes and ends the others as superseded',
    async () => {
      const shas: string[] = []
      const pushes: Promise<unknown>[] = []
      for (const version of ['1.1.0', '1.1.1', '1.1.2']) {
        shas.push(
          await shop.commit(
            `Version ${version}`,
            await edit('services/catalog/main.go', /const version = "[^"]*"/, `const version = "${version}"`),
          ),
        )
        await shop.git('push', '-o', 'no-wait', kyozo.remote(workspace), 'HEAD:refs/heads/main')
        await delay(150)
      }
      await Promise.all(pushes)
      await until('the newest to be live', async () => (await stateOf(shas[2]!)) === 'live', { deadlineMs: 2 * minutes })
      expect([await stateOf(shas[0]!), await stateOf(shas[1]!)]).toEqual(['superseded', 'superseded'])
      expect((await kyozo.ask(host('catalog'))).text).toContain('1.1.2')
    },
    4 * minutes,
  )
})

async function stateOf(sha: string): Promise<string | undefined> {
  return (await kyozo.api(`/releases?filter[sha]=${sha}`)).data[0]?.attributes.state as string | undefined
}

async function volumes(): Promise<string> {
  const { execFile } = await import('node:child_process')
  return new Promise((resolve, reject) =>
    execFile('docker', ['volume', 'ls', '--format', '{{.Name}}'], (error, stdout) => (error ? reject(error) : resolve(stdout))),
  )
}

async function firstSourceOf(folder: string): Promise<{ file: string; text: string }> {
  const { readFile, readdir } = await import('node:fs/promises')
  const names = await readdir(`${shop.folder}/${folder}`, { recursive: true })
  const name = names.find((found) => found.endsWith('.js') && !found.includes('test'))!
  const file = `${folder}/${name}`
  return { file, text: await readFile(`${shop.folder}/${file}`, 'utf8') }
}
