// A disk that is nearly full: what runs goes on, pushes are taken and refused in words, and go on by themselves when there is room again.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const minutes = 300_000
const mib = 1024 ** 2
let folder: string
let kyozo: TestKyozo
let repository: TestRepository

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-small-'))
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder])
  kyozo = await startKyozo({
    KYOZO_DATA_DIR: folder,
    DATABASE_URL: await emptyDatabaseUrl(),
    KYOZO_DISK_SOFT: '30M',
    KYOZO_DISK_HARD: '20M',
  })
  repository = await createRepository({ files: busyboxService('one', '1') })
  expect((await repository.push(kyozo.remote('small'))).output).toContain('live')
}, minutes)

afterAll(async () => {
  await repository?.remove()
  await kyozo?.remove()
  await run('umount', ['--lazy', folder]).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
}, minutes)

const ready = () =>
  until('the other parts to answer in time', async () => {
    const answer = await fetch(`${kyozo.url}/readyz`)
    const { disk, ...others } = (await answer.json()) as Readonly<Record<string, string>>
    return Object.values(others).every((words) => words === 'ok') && { status: answer.status, disk }
  })
const fill = (megabytes: number) => writeFile(path.join(folder, 'filler'), Buffer.alloc(megabytes * mib, 1))

it(
  'is told before it is full, refuses to build when it is, and goes on by itself',
  async () => {
    expect(await ready()).toEqual({ status: 200, disk: 'ok' })
    await fill(37)
    expect(await ready()).toEqual({
      status: 200,
      disk: expect.stringMatching(/^2\d\.\d MiB are free where kyozo keeps its data \(.*\), less than 30\.0 MiB$/),
    })

    await until('the operator to be warned', async () => kyozo.output().includes('a disk is nearly full'), { deadlineMs: 30_000 })

    await fill(50)
    expect(await ready()).toEqual({ status: 503, disk: expect.stringMatching(/^1\d\.\d MiB are free .*, and building needs 20\.0 MiB$/) })
    await repository.commit('Second', busyboxService('one', '2'))
    const { output } = await repository.push(kyozo.remote('small'))
    expect(output).toMatch(/1\d\.\d MiB are free where kyozo keeps its data .*, and building needs 20\.0 MiB/)
    expect(output).toMatch(/Previous release \([0-9a-f]{7}\) still serving/)
    const [failed] = (await kyozo.api('/releases?page[size]=1')).data
    expect(failed!.attributes).toMatchObject({ state: 'failed', error_code: 'disk_full' })
    expect((await kyozo.ask('one.small.localhost')).text.trim()).toBe('one 1')

    await rm(path.join(folder, 'filler'))
    await until('the second version', async () => (await kyozo.ask('one.small.localhost')).text.trim() === 'one 2', { deadlineMs: 120_000 })
  },
  minutes,
)

it(
  'what it keeps is listed by kind, for people and for Prometheus',
  async () => {
    const [report] = await until(
      'a report',
      async () => {
        const { data } = await kyozo.api('/disk')
        return data.length > 0 && data
      },
      { deadlineMs: 60_000 },
    )
    const { kinds, places } = report!.attributes as unknown as { kinds: { kind: string; bytes: number }[]; places: { name: string }[] }
    expect(places.map(({ name }) => name)).toEqual(['data', 'engine'])
    expect(kinds.map(({ kind }) => kind)).toEqual([
      ...['images', 'containers', 'volumes', 'build_cache', 'build_cache_of_engine'],
      ...['mirrors', 'stack_folders', 'database', 'release_logs'],
    ])
    expect(kinds.find(({ kind }) => kind === 'mirrors')!.bytes).toBeGreaterThan(0)
    const metrics = await (await fetch(`${kyozo.url}/metrics`, { headers: { Authorization: `Bearer ${adminToken}` } })).text()
    expect(metrics).toMatch(/^kyozo_disk_bytes\{of="images"\} \d+/m)
    expect(metrics).toMatch(/^kyozo_disk_free_bytes\{of="data"\} \d+/m)
  },
  minutes,
)
