// A service that dies again and again after it was well is held back and reported, whatever its restart policy does; and is let go again.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { until } from '../support/until.ts'
import { docker, inspected, type Mending, startMending } from './mending.ts'

const minutes = 60_000
const deadline = { deadlineMs: 2 * minutes }

const serve = (text: string) =>
  [
    'mkdir -p /tmp/www',
    `echo ${text} > /tmp/www/index.html`,
    'httpd -p 8080 -h /tmp/www',
    'while [ ! -f /data/bad ]; do sleep 0.2; done',
    'echo the till is empty',
    'exit 3',
  ].join('; ')
/** Ends with 3 as long as there is a file in its volume. */
const till = (text: string) => dockerfile('till', ['EXPOSE 8080', `CMD ["sh", "-c", ${JSON.stringify(serve(text))}]`])
const compose = [
  'services:',
  '  till: { build: ./till, volumes: ["data:/data"], depends_on: { seed: { condition: service_completed_successfully } } }',
  '  seed: { image: "busybox:stable", command: ["true"], restart: "no" }',
  'volumes: { data: {} }',
  '',
].join('\n')

let mine: Mending

beforeAll(async () => {
  mine = await startMending({ ...till('one'), 'compose.yaml': compose })
  expect(await mine.push()).toContain('2 live')
}, 3 * minutes)

afterAll(() => mine?.remove(), minutes)

const all = async () =>
  (await docker('ps', '-aq', '--no-trunc', '--filter', `label=com.docker.compose.project=${mine.project}`)).split('\n')
const inVolume = (...command: string[]) => docker('run', '--rm', '-v', `${mine.project}_data:/data`, 'busybox:stable', ...command)
const standing = async () => (await mine.service('till')).attributes as Record<string, string>

async function held(): Promise<Record<string, string>> {
  return until(
    'it to be held back',
    async () => {
      const now = await standing()
      return String(now.status_reason).includes('Held back') && (await mine.container('till')) === '' && now
    },
    deadline,
  )
}

it('says how often it ended, why and until when it is held back, also after a restart of kyozo', { timeout: 5 * minutes }, async () => {
  const before = await mine.container('till')
  const seed = (await all()).find((id) => id !== before)!
  const ran = await inspected(seed, '{{.State.StartedAt}}')
  await inVolume('touch', '/data/bad')
  const now = await held()
  expect(now).toMatchObject({ status: 'error', health_status: 'unhealthy' })
  expect(now.status_reason).toMatch(
    /^ended \d+ times in \d+ (s|min)(, last with code 3)?: the till is empty\. Held back until \d\d:\d\d UTC$/,
  )
  const restarts = Number(await inspected(before, '{{.RestartCount}}'))
  expect(restarts).toBeLessThan(20)
  const events = (await mine.kyozo.api('/deployment_events?sort=-occurred_at&page[size]=50')).data
  expect(events.map(({ attributes }) => attributes.error_message)).toContain(now.status_reason)
  await mine.kyozo.kill()
  await mine.kyozo.start()
  // Five ends are needed of one that nobody remembers.
  const isHeldAgain = async () => /^ended (again|[1-4] times).*Held back/.test(String((await standing()).status_reason))
  await until('it to be held back again', isHeldAgain, deadline)
  expect(await inspected(seed, '{{.State.StartedAt}}')).toBe(ran)
})

it('is let go by a person who starts it, and by a release', { timeout: 5 * minutes }, async () => {
  await held()
  await inVolume('rm', '/data/bad')
  expect(await mine.ask('till', 'start')).toBe(202)
  await until('it to answer', async () => (await mine.said('till')) === '200 one', deadline)
  await until('it to be well', async () => (await standing()).health_status === 'healthy', deadline)
  await inVolume('touch', '/data/bad')
  await held()
  await inVolume('rm', '/data/bad')
  await mine.repository.commit('Mend it', till('two'))
  expect(await mine.push()).toContain('live')
  await until('the new one to answer', async () => (await mine.said('till')) === '200 two', deadline)
  await until('it to be well', async () => (await standing()).health_status === 'healthy', deadline)
})
