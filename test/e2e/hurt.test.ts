// What happens to containers beyond being killed and removed, and at moments at which others work on the same environment too.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { until } from '../support/until.ts'
import { docker, inspected, type Mending, startMending } from './mending.ts'

const minutes = 60_000
const deadline = { deadlineMs: 90_000 }

/** Ends well, or takes all memory, when it is told to. */
const serve = (text: string) =>
  [
    'mkdir -p /tmp/www',
    `echo ${text} > /tmp/www/index.html`,
    'httpd -p 8080 -h /tmp/www',
    'while true; do rm /tmp/done 2>/dev/null && exit 0; rm /tmp/eat 2>/dev/null && exec tail /dev/zero; sleep 0.2; done',
  ].join('; ')
const service = (name: string, text: string, ...more: string[]) =>
  dockerfile(name, [...more, 'EXPOSE 8080', `CMD ["sh", "-c", ${JSON.stringify(serve(text))}]`])
const compose = [
  'services:',
  '  web: { build: ./web, environment: { GREETING: hello }, mem_limit: 32m }',
  '  till: { build: ./till, volumes: ["data:/data"] }',
  'volumes: { data: {} }',
  '',
].join('\n')

let mine: Mending

beforeAll(async () => {
  mine = await startMending({ ...service('web', 'hello'), ...service('till', 'paid'), 'compose.yaml': compose })
  expect(await mine.push()).toContain('2 live')
}, 3 * minutes)

afterAll(() => mine?.remove(), minutes)

const idsOf = async (name: string) =>
  (
    await docker(
      'ps',
      '-aq',
      '--no-trunc',
      '--filter',
      `label=com.docker.compose.project=${mine.project}`,
      '--filter',
      `label=kyozo.service=${name}`,
    )
  )
    .split('\n')
    .filter((id) => id !== '')
const only = (name: string, count = 1) =>
  until(
    `${count} containers of ${name}`,
    async () => {
      const ids = await idsOf(name)
      return ids.length === count && ids
    },
    deadline,
  )

/** A container that somebody makes from another one's image, with its labels and some of them changed. */
async function copy(of: string, changed: Readonly<Record<string, string>> = {}): Promise<string> {
  const [info] = JSON.parse(await docker('inspect', of)) as [{ Config: { Labels: Record<string, string>; Env: string[]; Image: string } }]
  const labels = Object.entries({ ...info.Config.Labels, ...changed }).flatMap(([name, value]) => ['--label', `${name}=${value}`])
  const variables = info.Config.Env.flatMap((line) => ['--env', line])
  const network = ['--network', `${mine.project}_default`, '--network-alias', 'web']
  // It may be removed before it has started.
  return docker('run', '-d', ...network, ...labels, ...variables, info.Config.Image).catch(() => '')
}

it('starts what ended well, and what took too much memory, and says so', { timeout: 4 * minutes }, async () => {
  const before = await mine.container('web')
  await docker('update', '--restart', 'no', before)
  await mine.mended('web: its container ended with code 0', 'web', () => docker('exec', before, 'touch', '/tmp/done'))
  await mine.mended('web: its container ended with code 137, out of memory', 'web', () => docker('exec', before, 'touch', '/tmp/eat'))
  expect(await mine.container('web')).toBe(before)
})

it('removes copies, and what somebody made again with other labels gives way', { timeout: 4 * minutes }, async () => {
  const before = await mine.container('web')
  await mine.mended('web: there are more containers of it than the live release has', 'web', () =>
    Promise.all([copy(before), copy(before)]),
  )
  expect(await only('web')).toEqual([before])
  const changed = { 'kyozo.config-hash': 'v1-other', 'kyozo.environment': 'other' }
  await mine.mended('web: its labels.kyozo.config-hash is v1-other', 'web', () => copy(before, changed))
  expect(await only('web')).toEqual([before])
})

it('says what stands in the way of a name, and goes on when it is away', { timeout: 4 * minutes }, async () => {
  const before = await mine.container('web')
  const name = (await inspected(before, '{{.Name}}')).slice(1)
  await docker('rm', '-f', before)
  const stranger = await docker('run', '-d', '--name', name, 'busybox:stable', 'sleep', '1000').catch(() => undefined)
  if (stranger !== undefined) {
    await until(
      'what stands in the way to be named',
      async () => (await mine.repairs()).some(({ outcome }) => outcome?.includes(name)) || (await mine.said('web')) === '200 hello',
      deadline,
    )
    expect(await inspected(stranger, '{{.State.Running}}')).toBe('true')
    await docker('rm', '-f', stranger)
  }
  await until('web to answer', async () => (await mine.said('web')) === '200 hello', deadline)
})

it('builds an image that somebody removed when a container has to be made, and not before', { timeout: 4 * minutes }, async () => {
  const before = await mine.container('web')
  const releases = async () => (await mine.kyozo.api('/releases?page[size]=100')).data
  const known = (await releases()).length
  await docker('image', 'rm', '-f', await inspected(before, '{{.Config.Image}}'))
  await mine.mended('web: its container ended with code 137', 'web', () => docker('kill', before))
  expect([await mine.container('web'), (await releases()).length]).toEqual([before, known])
  await docker('rm', '-f', before)
  await until('web to answer', async () => (await mine.container('web')) !== '' && (await mine.said('web')) === '200 hello', deadline)
  const [asked] = (await releases()).filter(({ attributes }) => attributes.triggered_by === 'kyozo')
  await until(
    'the release to be live',
    async () => (await releases()).find(({ id }) => id === asked!.id)?.attributes.state === 'live',
    deadline,
  )
})

it.each([
  ['was killed', 'abandoned'],
  ['was told to stop', 'yielded'],
] as const)('goes on after kyozo %s in the middle of a repair', { timeout: 4 * minutes }, async (how, state) => {
  await docker('rm', '-f', await mine.container('till'))
  await until('the repair to have begun', async () => (await mine.repairs()).some((one) => one.state === 'running'), { everyMs: 20 })
  await (how === 'was killed' ? mine.kyozo.kill() : mine.kyozo.stop())
  if (how === 'was told to stop') expect(mine.kyozo.exitCode()).toBe(0)
  await mine.kyozo.start()
  await until('till to answer', async () => (await mine.said('till')) === '200 paid', deadline)
  expect(await only('till')).toHaveLength(1)
  expect((await mine.repairs()).map((one) => one.state)).toContain(state)
})

it('brings back what dies while a release builds, before the release has ended', { timeout: 4 * minutes }, async () => {
  await mine.repository.commit('Take long', service('till', 'paid twice', `RUN echo ${Date.now()} && sleep 45`))
  const pushed = mine.push()
  const running = async () => (await mine.kyozo.api('/releases?filter[state]=running')).data[0]
  await until('the build', async () => (await running())?.attributes.stage === 'build', deadline)
  const [web, till] = [await mine.container('web'), await mine.container('till')]
  await docker('kill', web)
  await docker('rm', '-f', till)
  const isBack = async () => (await mine.said('web')) === '200 hello' && (await mine.said('till')) === '200 paid'
  await until('both to answer', isBack, deadline)
  expect((await running())?.attributes.stage).toBe('build')
  expect(await pushed).toContain('live')
  await until('the new one to answer', async () => (await mine.said('till')) === '200 paid twice', deadline)
  expect([await mine.container('web'), await only('web'), (await only('till')).length]).toEqual([web, [web], 1])
})

it('leaves alone what a person stopped, and keeps the copies that a person asked for', { timeout: 4 * minutes }, async () => {
  const status = async (name: string) => (await mine.service(name)).attributes.status
  const [till, paid] = [await mine.container('till'), await mine.said('till')]
  const [asked] = await Promise.all([mine.ask('till', 'stop'), docker('kill', till)])
  expect(asked).toBe(202)
  await until('it to be stopped', async () => (await status('till')) === 'stopped', deadline)
  await docker('rm', '-f', ...(await idsOf('till')))
  const [scaled] = await Promise.all([mine.ask('web', 'scale', { replicas: 2 }), docker('rm', '-f', await mine.container('web'))])
  expect(scaled).toBe(202)
  const two = await only('web', 2)
  await until('web to answer', async () => (await mine.said('web')) === '200 hello', deadline)
  await docker('rm', '-f', two[0]!)
  await only('web', 2)
  expect([await status('till'), await idsOf('till')]).toEqual(['stopped', []])
  expect(await mine.ask('till', 'start')).toBe(202)
  await until('till to answer', async () => (await mine.said('till')) === paid, deadline)
})
