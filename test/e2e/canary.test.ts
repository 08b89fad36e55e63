// One value in each place where a secret can be kept. After they were deployed, none of them is anywhere but in the containers that get it.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { resources } from '../../src/api/resources/index.ts'
import { ageKey, asYaml, seal } from '../secrets/sops.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type EventClient, openEvents } from '../support/events.ts'
import { adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { databaseDump, docker, filesBelow, findIn, imageBytes, processTexts } from '../support/search.ts'
import { until } from '../support/until.ts'

const minutes = 240_000
vi.setConfig({ testTimeout: minutes })
const random = () => randomBytes(9).toString('base64url')
/** Each spelling of it looks different. */
const canary = (slot: string) => `${slot}+"${random()}"/é $HOME&${random()}`
const half = [random(), random()] as const
const pem = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey

const given = {
  WORKSPACE_CANARY: canary('workspace'),
  ENVIRONMENT_CANARY: canary('environment'),
  SERVICE_CANARY: canary('service'),
  BUILD_CANARY: half.join(''),
  LONG_CANARY: `${Array.from({ length: 40 }, random).join('')}\n${random()}${random()}`,
}
const file = { FILE_CANARY: canary('file') }
const connection = { token: `ghp_${random()}${random()}`, webhook: `${random()}${random()}`, pem: pem.split('\n')[5]! }
/** What was given, and what kyozo made. */
const values: Record<string, string> = { ...given, ...file, ...connection, longest: given.LONG_CANARY.split('\n')[0]! }

const printed = [...Object.keys(given), ...Object.keys(file), 'DATABASE_URL']
const files = {
  'teller/package.json': JSON.stringify({ name: 'teller', scripts: { start: 'node server.js' }, dependencies: { pg: '8', express: '5' } }),
  'teller/package-lock.json': '{"lockfileVersion": 3, "packages": {}}',
  'teller/server.js': printed.map((name) => `console.log(process.env.${name})`).join('\n'),
  'teller/Dockerfile': `FROM busybox:stable
RUN mkdir /www && echo a-marker-in-a-layer > /www/index.html
USER 10001
EXPOSE 8080
CMD ["sh", "-c", "${printed.map((name) => `echo \\"${name} is $${name}\\"; printf %s \\"$${name}\\" | base64`).join('; ')}; exec httpd -f -p 8080 -h /www"]
`,
  'quiet/Dockerfile':
    'FROM busybox:stable\nRUN mkdir /www && echo quiet > /www/index.html\nUSER 10001\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
}

let kyozo: TestKyozo
let repository: TestRepository
let databaseUrl: string
let workspace: string
let events: EventClient
let told = ''
const answers: string[] = []
const processes = new Set<string>()

async function api(path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' }
  const answer = await fetch(
    `${kyozo.url}${path}`,
    body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
  )
  const text = await answer.text()
  answers.push(text)
  return { status: answer.status, text }
}

async function listed(path: string): Promise<readonly { readonly id: string; readonly attributes: Record<string, unknown> }[]> {
  return JSON.parse((await api(path)).text).data
}

async function create(
  type: string,
  attributes: Record<string, unknown>,
  related: Record<string, { type: string; id: string }> = {},
): Promise<void> {
  const relationships = Object.fromEntries(Object.entries(related).map(([name, data]) => [name, { data }]))
  const { status, text } = await api(`/api/v1/${type}`, { data: { type, attributes, relationships } })
  expect(text).toMatch(/^\{/)
  expect({ status, errors: JSON.parse(text).errors }).toEqual({ status: 201, errors: undefined })
}

const logsOf = async (service: string) => {
  const [instance] = (await listed('/api/v1/service_instances')).filter(({ attributes }) => attributes.name === service)
  return (await api(`/api/v1/service_instances/${instance?.id}/logs`)).text
}

const settled = () =>
  until(
    'the last release to end',
    async () => (await listed('/api/v1/releases')).every(({ attributes }) => !['queued', 'running'].includes(String(attributes.state))),
    { deadlineMs: 120_000 },
  )

beforeAll(async () => {
  databaseUrl = await emptyDatabaseUrl()
  kyozo = await startKyozo({ DATABASE_URL: databaseUrl, KYOZO_ALLOW_PRIVATE_FORGES: 'true' })
  repository = await createRepository({ files })
  const first = await repository.push(kyozo.remote('canaries'))
  expect(first.output).toContain('live')
  workspace = (await listed('/api/v1/workspaces'))[0]!.id
  const environment = { type: 'environments', id: (await listed('/api/v1/environments'))[0]!.id }
  events = await openEvents(`${kyozo.url}/api/v1/events?topics=team,workspace:${workspace}`, { Authorization: `Bearer ${adminToken}` })
  const timer = setInterval(() => {
    for (const text of processTexts([process.pid])) processes.add(text)
  }, 10)

  const whole = { workspace: { type: 'workspaces', id: workspace } }
  const age = await ageKey()
  values.ageKey = age.identity
  await create('secrets', { name: 'SOPS_AGE_KEY', value: age.identity }, whole)
  await create('secrets', { name: 'WORKSPACE_CANARY', value: given.WORKSPACE_CANARY }, whole)
  await create('secrets', { name: 'BUILD_CANARY', value: given.BUILD_CANARY }, whole)
  await create('secrets', { name: 'LONG_CANARY', value: given.LONG_CANARY }, whole)
  await create('secrets', { name: 'ENVIRONMENT_CANARY', value: given.ENVIRONMENT_CANARY }, { ...whole, environment })
  await create('secrets', { name: 'SERVICE_CANARY', value: given.SERVICE_CANARY, service: 'teller' }, { ...whole, environment })
  await create('forge_connections', { forge: 'github', name: 'by-token', token: connection.token, webhook_secret: connection.webhook })
  await create('forge_connections', { forge: 'github', name: 'by-app', app_id: '7', private_key: pem, webhook_secret: connection.webhook })
  // The one answer that shows a webhook's secret is the answer to who made it.
  answers.splice(-2)
  const sealed = await seal([['FILE_CANARY', file.FILE_CANARY]], { recipients: [age.recipient] })
  await repository.commit('Seal a secret', {
    'secrets.enc.yaml': asYaml(sealed),
    'kyozo.yaml': 'secrets:\n  - file: secrets.enc.yaml\n',
    'teller/Dockerfile': `${files['teller/Dockerfile']}RUN printf '${half[0]}'; sleep 1; printf '${half[1]}'; echo\n`,
  })
  told = (await repository.push(kyozo.remote('canaries'))).output
  await settled()
  clearInterval(timer)
}, minutes)

afterAll(async () => {
  events?.close()
  await repository?.remove()
  await kyozo?.remove()
}, minutes)

/** Of the one container that is left once the old one has gone. */
async function environmentOf(service: string): Promise<readonly string[]> {
  const ids = await until('the old container to go', async () => {
    const filters = ['label=com.docker.compose.project=kyozo-canaries-production', `label=kyozo.service=${service}`]
    const listed = (await docker('container', 'ls', '--all', '--quiet', ...filters.flatMap((filter) => ['--filter', filter]))).split('\n')
    const ids = listed.filter((id) => id !== '')
    return ids.length === 1 && ids
  })
  return JSON.parse(await docker('container', 'inspect', ids[0]!))[0].Config.Env
}

it('every value reaches the service that reads it, whatever it holds', async () => {
  const environment = await environmentOf('teller')
  for (const [name, value] of Object.entries({ ...given, ...file })) expect(environment).toContain(`${name}=${value}`)
  // What looks for them elsewhere finds them here.
  for (const [name, value] of Object.entries({ ...given, ...file }))
    expect(findIn(environment.join('\n'), { [name]: value })).toContain(`text of ${name}`)
  const password = /:([0-9a-f]{48})@/.exec(environment.find((entry) => entry.startsWith('DATABASE_URL=')) ?? '')?.[1]
  expect(password).toBeDefined()
  values.made = password!
  expect(environment.filter((entry) => entry.startsWith('SOPS'))).toEqual([])
})

describe('no value is', () => {
  it('in another service', async () => {
    const services = await containersOf('kyozo-canaries-production')
    const quiet = await docker('container', 'inspect', services.get('quiet')!)
    expect(findIn(quiet, values)).toEqual([])
    const { made: _, ...others } = values
    expect(findIn(await docker('container', 'inspect', services.get('postgres')!), others)).toEqual([])
  })

  it('in the database', async () => {
    const dump = await databaseDump(databaseUrl)
    expect(dump).toContain('by-token')
    expect(findIn(dump, values)).toEqual([])
  })

  it('in the data directory, but for the key in its own file', async () => {
    const kept = await filesBelow(kyozo.dataDir)
    expect([...kept.keys()].filter((name) => name.endsWith('compose.overlay.yaml'))).toHaveLength(1)
    expect([...kept].flatMap(([name, bytes]) => findIn(bytes, values).map((found) => `${name}: ${found}`))).toEqual([])
  })

  it(
    'in an image',
    async () => {
      const images = (await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', '--filter', 'label=kyozo.workspace=canaries'))
        .trim()
        .split('\n')
      expect(images.some((image) => image.startsWith('kyozo/canaries/teller:'))).toBe(true)
      let saved = ''
      for (const image of images) {
        const bytes = await imageBytes(image)
        expect(findIn(bytes, values)).toEqual([])
        expect(findIn(await docker('image', 'inspect', image), values)).toEqual([])
        if (bytes.includes('a-marker-in-a-layer')) saved = image
      }
      // What is searched is what the layers hold.
      expect(saved).toMatch(/^kyozo\/canaries\/teller:/)
    },
    minutes,
  )

  it('in the arguments or the environment of a process', () => {
    expect([...processes].some((text) => text.includes('compose') && text.includes('kyozo-canaries-production'))).toBe(true)
    expect([...processes].flatMap((text) => findIn(text, values))).toEqual([])
  })

  it('in what a build or a container prints, also in pieces and encoded', async () => {
    const [output, releases] = [await logsOf('teller'), await listed('/api/v1/releases')]
    const logs = (await Promise.all(releases.map(({ id }) => api(`/api/v1/releases/${id}/logs?page[size]=1000`)))).map(({ text }) => text)
    for (const name of Object.keys({ ...given, ...file })) expect(output).toContain(`${name} is ***`)
    expect(logs.join('')).toContain('***')
    expect(findIn(output + logs.join(''), values)).toEqual([])
  })

  it(
    'in an answer of the API, whichever way it is asked',
    async () => {
      for (const { type } of resources) {
        const { status, text } = await api(`/api/v1/${type}`)
        if (status !== 200) continue
        for (const { id } of JSON.parse(text).data.slice(0, 50)) await api(`/api/v1/${type}/${id}`)
      }
      expect(answers.length).toBeGreaterThan(resources.length * 2)
      await api('/api/v1/openapi.json')
      for (const { id } of await listed('/api/v1/releases')) await api(`/releases/${id}`)
      expect(answers.flatMap((text) => findIn(text, values))).toEqual([])
    },
    minutes,
  )

  it('in an event, in what the push and kyozo itself print', () => {
    expect(events.events.length).toBeGreaterThan(0)
    expect(told).toContain('live')
    expect(findIn(JSON.stringify(events.events) + told + kyozo.output(), values)).toEqual([])
  })
})

it(
  'a value that changes replaces the service that reads it and no other',
  async () => {
    const before = await containersOf('kyozo-canaries-production')
    const [secret] = (await listed('/api/v1/secrets')).filter(({ attributes }) => attributes.name === 'WORKSPACE_CANARY')
    const next = canary('next')
    const body = JSON.stringify({ data: { type: 'secrets', id: secret!.id, attributes: { value: next } } })
    const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' }
    const changed = await fetch(`${kyozo.url}/api/v1/secrets/${secret!.id}`, { method: 'PATCH', headers, body })
    expect(changed.status).toBe(200)
    await until(
      'the new value',
      async () => (await environmentOf('teller').catch((): readonly string[] => [])).includes(`WORKSPACE_CANARY=${next}`),
      {
        deadlineMs: 120_000,
      },
    )
    await settled()
    const after = await containersOf('kyozo-canaries-production')
    expect(after.get('teller')).not.toBe(before.get('teller'))
    expect([after.get('quiet'), after.get('postgres')]).toEqual([before.get('quiet'), before.get('postgres')])
  },
  minutes,
)
