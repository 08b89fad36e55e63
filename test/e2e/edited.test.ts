// What people change in compose.kyozo.yaml, pushed to a real kyozo on a real engine: it runs from that push on, and what may not run does not.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runChild } from '../../src/child.ts'
import { runKyozo } from '../cli/run-kyozo.ts'
import { busyboxService } from '../support/busybox-service.ts'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
const workspace = `edited-${randomBytes(3).toString('hex')}`
const project = `kyozo-${workspace}-production`

let kyozo: TestKyozo
let repository: TestRepository
let file: string

beforeAll(async () => {
  kyozo = await startKyozo()
  repository = await createRepository({ files: { ...busyboxService('api', 'one'), ...busyboxService('web', 'one') } })
  file = path.join(repository.folder, 'compose.kyozo.yaml')
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await repository.remove()
}, minutes)

const push = () => repository.push(kyozo.remote(workspace))

async function edit(change: (text: string) => string): Promise<string> {
  const text = await readFile(file, 'utf8')
  expect(change(text)).not.toBe(text)
  await writeFile(file, change(text))
  return repository.commit('Change compose.kyozo.yaml')
}

async function inspected(id: string, format: string): Promise<string> {
  const { stdout } = await runChild({
    program: 'docker',
    args: ['inspect', '--format', format, id],
    env: { HOME: '/nonexistent' },
    deadlineMs: 30_000,
  })
  return stdout.toString('utf8').trim()
}

/** The containers once the old ones have gone. */
async function settled(): Promise<ReadonlyMap<string, string>> {
  return until('one container a service', async () => {
    const containers = await containersOf(project)
    return containers.size === 2 ? containers : undefined
  })
}

it(
  'a commit of the file that kyozo made changes nothing that runs',
  async () => {
    expect((await push()).output).toContain('is live: 2 live')
    const before = await settled()
    expect((await runKyozo(['compose', repository.folder, '--write'])).exitCode).toBe(0)
    await repository.commit('Add compose.kyozo.yaml')
    expect((await push()).output).toContain('is unchanged: 2 unchanged')
    expect(await settled()).toEqual(before)
  },
  4 * minutes,
)

it(
  'what people change in it runs, and replaces no other service',
  async () => {
    const before = await settled()
    await edit((text) =>
      text.replace('      PORT: "8080"\n', () => '      PORT: "8080"\n      MOTTO: more $$ # ours\n').replace(/memory: \w+/, 'memory: 77m'),
    )
    const pushed = await push()
    expect(pushed.output).toMatch(/replace api beside the old one.*\(compose\.kyozo\.yaml\)/)
    const after = await until('another container of api', async () => {
      const containers = await settled()
      return containers.get('api') === before.get('api') ? undefined : containers
    })
    expect(after.get('web')).toBe(before.get('web'))
    expect(await inspected(after.get('api')!, '{{json .Config.Env}}')).toContain('"MOTTO=more $"')
    expect(await inspected(after.get('api')!, '{{.HostConfig.Memory}}')).toBe(String(77 * 1024 ** 2))
    const release = (await kyozo.api('/releases?page[size]=1')).data[0]!
    const { data } = await kyozo.api<{ data: { attributes: { compose: string } } }>(`/releases/${release.id}`)
    expect(data.attributes.compose).toContain('# Changed in compose.kyozo.yaml: deploy, environment.')
  },
  4 * minutes,
)

it(
  'what it may not say is refused with its line, and what served goes on serving',
  async () => {
    const before = await settled()
    await edit((text) => text.replace('    init: true\n', '    init: true\n    privileged: true\n'))
    const line = (await readFile(file, 'utf8')).split('\n').findIndex((one) => one.includes('privileged')) + 1
    const pushed = await push()
    expect(pushed.output).toContain(`compose.kyozo.yaml:${line}:5 services.api.privileged: `)
    expect(await settled()).toEqual(before)
    expect((await kyozo.ask(`api.${workspace}.localhost`)).text).toContain('api one')
  },
  4 * minutes,
)
