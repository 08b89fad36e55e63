// The clock of a kyozo process is put forward and back, by an hour and by a day, while it builds, while it waits for health and while it waits for its
// next try: nothing is lost, nothing is done twice, and nobody is locked out.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService, dockerfile } from '../support/busybox-service.ts'
import { countContainers, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const workspace = `clock-${randomBytes(3).toString('hex')}`
const minute = 60_000
const hourMs = 3_600_000

let kyozo: TestKyozo
let repository: TestRepository
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-clock-'))
  const shared = path.join(import.meta.dirname, '../support')
  const imports = ['clock-jump.ts', 'print-steps.ts'].map((file) => `--import=${path.join(shared, file)}`)
  kyozo = await startKyozo({ NODE_OPTIONS: imports.join(' '), KYOZO_TEST_CLOCK: path.join(folder, 'clock'), KYOZO_STOP_SECONDS: '100' })
  repository = await createRepository({ files: busyboxService('one', 'first') })
  expect((await repository.push(kyozo.remote(workspace))).output).toContain('1 live')
}, 2 * minute)

afterAll(async () => {
  await kyozo.remove()
  await repository.remove()
  await rm(folder, { recursive: true, force: true })
}, 3 * minute)

const jump = (ms: number) => writeFile(path.join(folder, 'clock'), String(ms))

const slow = (version: string) =>
  dockerfile('one', [
    `RUN sleep 2 && mkdir /www && echo one ${version} > /www/index.html`,
    'EXPOSE 8080',
    'CMD ["sh", "-c", "sleep 2; exec httpd -f -p 8080 -h /www"]',
  ])

it.each([
  ['an hour forward while it builds', 'stage.build', hourMs],
  ['an hour back while it builds', 'stage.build', -hourMs],
  ['a day forward while it waits for health', 'engine.start', 24 * hourMs],
  ['a day back while it waits for health', 'engine.start', -24 * hourMs],
])('%s', { timeout: 4 * minute }, async (_, step, ms) => {
  await jump(0)
  const mark = kyozo.output().length
  const sha = await repository.commit('Slow', slow(`${step} ${ms}`))
  const pushed = repository.push(kyozo.remote(workspace))
  await until(step, () => kyozo.output().slice(mark).includes(`step ${step}`), { everyMs: 10 })
  await jump(ms)
  expect((await pushed).output).toContain('1 live')
  expect((await kyozo.api(`/releases?filter[sha]=${sha}`)).data.map(({ attributes: { state, attempt } }) => ({ state, attempt }))).toEqual([
    { state: 'live', attempt: 1 },
  ])
  expect((await kyozo.ask(`one.${workspace}.localhost`)).text.trim()).toBe(`one ${step} ${ms}`)
  await until('exactly one container', async () => (await countContainers(`kyozo-${workspace}-production`)) === 1)
})

it('starts and stops as ever with a clock that is a day behind its database', { timeout: 4 * minute }, async () => {
  await jump(-24 * hourMs)
  await kyozo.stop()
  expect(kyozo.exitCode()).toBe(0)
  await kyozo.start()
  await repository.commit('Quick', busyboxService('one', 'last'))
  expect((await repository.push(kyozo.remote(workspace))).output).toContain('1 live')
})
