// A volume that goes takes data with it, and nobody brings that back: whoever kept something there is told, whatever happens to kyozo meanwhile.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { until } from '../support/until.ts'
import { type Acting, openActing } from './acting.ts'
import { docker, type Mending, startMending } from './mending.ts'

const minutes = 60_000
const deadline = { deadlineMs: 90_000 }

const serve = (text: string) =>
  dockerfile(text, [
    'EXPOSE 8080',
    `CMD ["sh", "-c", "mkdir -p /tmp/www && echo ${text} > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www"]`,
  ])
const compose = [
  'services:',
  '  web: { build: ./web }',
  '  till: { build: ./till, volumes: ["data:/data"] }',
  'volumes: { data: {} }',
  '',
].join('\n')

let mine: Mending
let acting: Acting
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-order-'))
  const orders = path.join(import.meta.dirname, '../support/step-orders.ts')
  const url = await emptyDatabaseUrl()
  mine = await startMending(
    { ...serve('web'), ...serve('till'), 'compose.yaml': compose },
    { DATABASE_URL: url, NODE_OPTIONS: `--import=${orders}`, KYOZO_TEST_ORDER: path.join(folder, 'order') },
  )
  acting = await openActing(url)
  expect(await mine.push()).toContain('2 live')
}, 3 * minutes)

afterAll(async () => {
  await acting?.close()
  await mine?.remove()
  await rm(folder, { recursive: true, force: true })
}, minutes)

const order = (text: string) => writeFile(path.join(folder, 'order'), text)
const lost = 'the volume data was removed: its data is gone'

async function loseVolume(): Promise<void> {
  await docker('rm', '-f', await mine.container('till'))
  await docker('volume', 'rm', `${mine.project}_data`)
}

/** What the events of the service that kept its data there say of it. */
async function told(): Promise<readonly unknown[]> {
  const { data } = await mine.kyozo.api(`/deployment_events?filter[service_instance]=${(await acting.instance('till')).id}&page[size]=100`)
  return data.map(({ attributes }) => attributes.error_message as unknown).filter((words) => String(words).includes('the volume'))
}

const volumes = () => docker('volume', 'ls', '-q', '--filter', `name=${mine.project}_data`)

const tillAnswers = () => until('till to answer', async () => (await mine.said('till')) === '200 till', deadline)

it(
  'is told once that the data of a volume is gone, although kyozo dies as soon as it has made the volume again',
  async () => {
    await mine.kyozo.kill()
    await loseVolume()
    await order('end repair.acted')
    await mine.kyozo.start().catch(() => undefined)
    await until('kyozo to be dead', () => mine.kyozo.hasEnded(), deadline)
    await mine.kyozo.start()
    await tillAnswers()
    expect(await told()).toEqual([`${lost}. It is made again, empty`])
    const [drift] = await until('the difference to be over', async () => {
      const of = (await mine.drifts()).filter(({ field, ending }) => field === 'volumes.data' && ending !== null)
      return of.length > 0 && of
    })
    expect(drift).toMatchObject({ actual: 'removed: its data is gone', ending: 'repaired' })
  },
  4 * minutes,
)

it(
  'is told by the commit whose release makes the volume again',
  async () => {
    const before = (await told()).length
    await mine.repository.commit('Louder', { 'web/louder': 'yes' })
    await order('hold stage.apply')
    const pushed = mine.push()
    await until('the release to apply its plan', () => mine.kyozo.output().includes('held at stage.apply'), deadline)
    await loseVolume()
    await order('')
    expect(await pushed).toMatch(new RegExp(`till +unchanged since [0-9a-f]{7}, ${lost}`))
    expect(await told()).toHaveLength(before + 1)
    await tillAnswers()
    expect(await told()).toHaveLength(before + 1)
  },
  3 * minutes,
)

it(
  'stops nothing but who needs it that a volume’s name is taken, and says how its data can be used again',
  async () => {
    const before = (await told()).length
    await mine.kyozo.kill()
    await loseVolume()
    await docker('volume', 'create', `${mine.project}_data`)
    await docker('kill', await mine.container('web'))
    await mine.kyozo.start()
    await until('web to answer', async () => (await mine.said('web')) === '200 web', deadline)
    const failed = await until('a repair that failed', async () => {
      const ended = (await mine.repairs()).filter(({ state }) => state === 'failed').map(({ outcome }) => outcome!)
      return ended.length > 0 && ended
    })
    expect(failed[0]).toContain(`volume ${mine.project}_data exists and does not belong to this kyozo, so it is left alone`)
    expect(failed.join()).toContain('web: 1 container started again')
    const [, command] = /made by: docker (.+?_data)/.exec(failed[0]!) ?? []
    await docker('volume', 'rm', `${mine.project}_data`)
    await docker(...command!.split(' '))
    await tillAnswers()
    expect(await told()).toHaveLength(before)
  },
  4 * minutes,
)

it(
  'leaves the volume of a destroyed service away where a person removed it, and makes it again, empty, with the service',
  async () => {
    const before = (await told()).length
    expect(await acting.act('destroy_service', 'till', { desiredState: 'destroyed' })).toMatchObject({ state: 'succeeded' })
    const isGone = async () => (await docker('ps', '-aq', '--filter', `name=${mine.project}-till`)) === ''
    await until('till to be gone', isGone, deadline)
    await docker('volume', 'rm', `${mine.project}_data`)
    await mine.mended('its container is gone', 'web', async () => docker('rm', '-f', await mine.container('web')))
    await mine.repository.commit('Loudest', { 'web/Dockerfile': `${serve('web')['web/Dockerfile']}\nENV LOUD=yes\n` })
    expect(await mine.push()).toContain('1 live')
    expect(await volumes()).toBe('')
    expect(await told()).toHaveLength(before)
    expect(await acting.act('create_service', 'till', { desiredState: 'running' })).toMatchObject({ state: 'succeeded' })
    await tillAnswers()
    expect(await volumes()).toBe(`${mine.project}_data`)
    expect((await told()).slice(before)).toEqual([`${lost}. It is made again, empty`])
  },
  4 * minutes,
)
