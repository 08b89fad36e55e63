// What runs is brought back to the live release, whatever somebody does to it on the engine.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const workspace = `mend-${randomBytes(3).toString('hex')}`
const project = `kyozo-${workspace}-production`
const network = `${project}_default`
const minutes = 60_000

let kyozo: TestKyozo
let repository: TestRepository

const serve = [
  'USER 10001',
  'EXPOSE 8080',
  'CMD ["sh", "-c", "mkdir -p /tmp/www && echo $GREETING > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www"]',
]
const compose = [
  'services:',
  '  web: { build: ./web, environment: { GREETING: hello }, mem_limit: 32m }',
  '  till: { build: ./till, environment: { GREETING: paid }, volumes: ["data:/data"] }',
  'volumes: { data: {} }',
  '',
].join('\n')

beforeAll(async () => {
  kyozo = await startKyozo()
  repository = await createRepository({ files: { ...dockerfile('web', serve), ...dockerfile('till', serve), 'compose.yaml': compose } })
  const { output } = await repository.push(kyozo.remote(workspace))
  expect(output).toContain('2 live')
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await repository.remove()
}, minutes)

const docker = async (...args: string[]) => (await run('docker', args)).stdout.trim()
const web = async () => (await containersOf(project)).get('web') ?? ''
const till = async () => (await containersOf(project)).get('till') ?? ''
const answers = async (service: string, text: string) => {
  const { status, text: said } = await kyozo.ask(`${service}.${workspace}.localhost`)
  return status === 200 && said.trim() === text
}
const repairs = async () =>
  (await kyozo.api(`/repairs?sort=-started_at&page[size]=100`)).data.map(({ attributes }) => attributes as Record<string, string>)
const drifts = async () =>
  (await kyozo.api(`/drifts?sort=-found_at&page[size]=100`)).data.map(({ attributes }) => attributes as Record<string, string>)

/** A container that somebody makes with the labels of another one. */
async function impostor(of: string): Promise<void> {
  const labels = JSON.parse(await docker('inspect', '-f', '{{json .Config.Labels}}', of)) as Record<string, string>
  const copied = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`])
  await docker('run', '-d', '--network', network, '--network-alias', 'web', ...copied, 'busybox:stable', 'sleep', '1000')
}

/** Does it, and waits until the service answers again and a repair says so. */
async function repaired(reason: string, service: 'web' | 'till', act: () => Promise<unknown>) {
  await act()
  await until(
    `a repair because ${reason}`,
    async () => (await repairs()).some((repair) => repair.state === 'succeeded' && repair.reason!.includes(reason)),
    { deadlineMs: 60_000 },
  )
  await until(`${service} to answer`, () => answers(service, service === 'web' ? 'hello' : 'paid'), { deadlineMs: 60_000 })
}

it(
  'starts what was killed, stopped or paused, where it is',
  async () => {
    const before = await web()
    await repaired('web: its container ended with code 137', 'web', () => docker('kill', before))
    await repaired('web: its container was paused', 'web', () => docker('pause', before))
    await repaired('till: its container ended with code', 'till', async () => docker('stop', '-t', '1', await till()))
    expect(await web()).toBe(before)
  },
  3 * minutes,
)

it(
  'makes what was removed again, with the labels of the live release, and a push of the same changes nothing',
  async () => {
    const [before, other] = [await web(), await till()]
    const labels = await docker('inspect', '-f', '{{json .Config.Labels}}', before)
    await repaired('web: its container is gone', 'web', () => docker('rm', '-f', before))
    await repaired('till: its container is gone', 'till', () => docker('rm', '-f', other))
    expect(JSON.parse(await docker('inspect', '-f', '{{json .Config.Labels}}', await web()))).toMatchObject(
      Object.fromEntries(Object.entries(JSON.parse(labels) as Record<string, string>).filter(([name]) => name.startsWith('kyozo.'))),
    )
    const made = await web()
    await repository.commit('Only words', { 'README.md': 'hello\n' })
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('unchanged')
    expect(await web()).toBe(made)
  },
  3 * minutes,
)

it(
  'gives a renamed container its name back and reconnects one that was disconnected',
  async () => {
    const before = await web()
    const name = (await docker('inspect', '-f', '{{.Name}}', before)).slice(1)
    await repaired('web: its container was renamed to', 'web', () => docker('rename', name, `${name}-old`))
    expect(await docker('inspect', '-f', '{{.Name}}', before)).toBe(`/${name}`)
    await repaired('web: its container does not answer to its name', 'web', () => docker('network', 'disconnect', network, before))
    expect(await web()).toBe(before)
  },
  3 * minutes,
)

it(
  'brings back what was killed while somebody else has its name, and gives the name back when it is free',
  async () => {
    const before = await web()
    const name = (await docker('inspect', '-f', '{{.Name}}', before)).slice(1)
    await kyozo.kill()
    await docker('rename', name, `${name}-old`)
    const stranger = await docker('create', '--name', name, 'busybox:stable')
    await docker('kill', before)
    await kyozo.start()
    await until('web to answer', () => answers('web', 'hello'), { deadlineMs: 60_000 })
    await docker('rm', stranger)
    const hasName = async () => (await docker('inspect', '-f', '{{.Name}}', before)) === `/${name}`
    await until('its name to be back', hasName, { deadlineMs: 60_000 })
  },
  3 * minutes,
)

it(
  'removes what somebody copied, and leaves what it copied',
  async () => {
    const before = await web()
    await repaired('web: its image is busybox:stable', 'web', () => impostor(before))
    expect(await web()).toBe(before)
  },
  3 * minutes,
)

it(
  'replaces what stands in a container’s place, and says loudly that the data of a removed volume is gone',
  async () => {
    const before = await web()
    const other = await till()
    await kyozo.kill()
    await impostor(before)
    await docker('rm', '-f', before, other)
    await docker('volume', 'rm', `${project}_data`)
    await kyozo.start()
    await repaired('web: another container stands in its place: its image is busybox:stable', 'web', async () => undefined)
    await repaired('the volume data was removed: its data is gone', 'till', async () => undefined)
    expect((await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`)).split('\n')).toHaveLength(2)
    const events = (await kyozo.api('/deployment_events?sort=-occurred_at&page[size]=50')).data
    expect(events.map(({ attributes }) => attributes.error_message)).toContain(
      'the volume data was removed: its data is gone. It is made again, empty',
    )
    expect(await drifts()).toContainEqual(
      expect.objectContaining({ field: 'volumes.data', ending: 'repaired', actual: 'removed: its data is gone' }),
    )
  },
  4 * minutes,
)

it(
  'brings everything back when the machine stopped it all and its network is gone',
  async () => {
    const all = [await web(), await till()]
    await kyozo.kill()
    await docker('stop', '-t', '0', ...all)
    await docker('network', 'rm', network)
    await kyozo.start()
    await repaired('its network was removed', 'web', async () => undefined)
    await until('till to answer', () => answers('till', 'paid'))
  },
  4 * minutes,
)

it(
  'shows what a person may have meant until somebody adopts or restores it',
  async () => {
    const before = await web()
    await docker('update', '--memory', '48m', '--memory-swap', '96m', before)
    await docker('update', '--restart', 'no', before)
    const open = async (field: string) =>
      (await kyozo.api('/drifts?page[size]=100')).data.find(({ attributes }) => attributes.ending === null && attributes.field === field)
    const policy = await until('the drift of the restart policy', () => open('restart policy'))
    const memory = await until('the drift of the memory', () => open('limits.memory'))
    expect(memory.attributes).toMatchObject({ service: 'web', expected: '32Mi', actual: '48Mi' })
    const decide = (id: string, verb: string) =>
      fetch(`${kyozo.url}/api/v1/drifts/${id}/${verb}`, { method: 'POST', headers: { Authorization: `Bearer ${adminToken}` } })
    expect((await decide(policy.id, 'restore')).status).toBe(200)
    await until(
      'the policy to be back',
      async () => (await docker('inspect', '-f', '{{.HostConfig.RestartPolicy.Name}}', before)) === 'unless-stopped',
    )
    expect((await decide(memory.id, 'adopt')).status).toBe(200)
    await until(
      'nothing to be open',
      async () => (await open('restart policy')) === undefined && (await open('limits.memory')) === undefined,
    )
    const [service] = (await kyozo.api('/service_instances?filter[name]=web')).data
    expect(service?.attributes.settings).toEqual({ resources: { memory: '48Mi' } })
    expect(await docker('inspect', '-f', '{{.HostConfig.Memory}}', before)).toBe(String(48 * 1024 ** 2))
    expect(await web()).toBe(before)
  },
  2 * minutes,
)
