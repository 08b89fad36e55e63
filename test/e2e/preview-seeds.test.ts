// What the database of a preview begins with: a dump of the base branch, or a copy of what runs; all of it or nothing.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, it, vi } from 'vitest'
import type { GitHubPullRequest } from '../support/github/pull-requests.ts'
import { type ApiDocument, adminToken, containersOf } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { type Connected, connect, releasesOf } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 4 * minutes })
const run = promisify(execFile)
const docker = async (...args: readonly string[]) => (await run('docker', [...args])).stdout.trim()

/** Asks its database once, when it starts, in PostgreSQL's own protocol, and answers with the row; a failed question is its answer, too. */
const server = `
process.on('SIGTERM', () => process.exit())
const { connect } = require('node:net')
const message = (type, text) => {
  const body = Buffer.from(text + '\\0')
  const head = Buffer.alloc(4)
  head.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), head, body])
}
const startup = message('', '\\0\\x03\\0\\0user\\0postgres\\0database\\0postgres\\0')
let answer = ''
let hasAsked = false
const socket = connect(5432, 'postgres', () => socket.write(startup))
socket.on('data', (bytes) => {
  answer += bytes.toString('latin1')
  if (hasAsked || !answer.includes('Z\\0\\0\\0\\x05')) return
  answer = ''
  hasAsked = true
  socket.write(message('Q', "select '<' || string_agg(who, ' ' order by who) || '>' from visit"))
  setTimeout(() => socket.end(), 300)
})
socket.on('error', () => undefined)
socket.on('close', () => {
  const [, row = 'nothing'] = /<(.*)>/.exec(answer) ?? []
  require('node:http').createServer((_, response) => response.end(row)).listen(8080)
})
`
const compose = `services:
  postgres:
    image: postgres:16
    environment: { POSTGRES_HOST_AUTH_METHOD: trust }
    volumes: [data:/var/lib/postgresql/data]
    healthcheck: { test: [CMD, pg_isready, -U, postgres], interval: 1s, start_period: 120s }
  web:
    build: ./web
    depends_on: { postgres: { condition: service_healthy } }
volumes: { data: {} }
`
const seeded = (seed: string) => `previews: { seed: { postgres: ${seed} } }\n`
const dump = (...rows: readonly string[]) =>
  ['create table visit (who text);', ...rows.map((row) => `insert into visit values ('${row}');`), ''].join('\n')
const web = (version: string) => ({
  'web/Dockerfile': `FROM node:24-slim\nCOPY server.js .\nENV VERSION=${version}\nUSER node\nEXPOSE 8080\nCMD ["node", "server.js"]\n`,
})

const { github, kyozo } = await atGitHub()

let shop: Connected

beforeAll(async () => {
  shop = await connect('seeds', { kyozo, github })
  shop.repository.allow('mona', 'write')
  const { sha } = await shop.push({
    ...{ 'compose.yaml': compose, 'web/server.js': server, ...web('1'), 'db/seed.sql': dump('ada') },
    'kyozo.yaml': seeded('{ dump: db/seed.sql }'),
  })
  expect(await shop.verdict(sha)).toMatchObject({ 'kyozo/production': { state: 'success' } })
  expect(await shop.ask('web')).toBe('nothing')
}, 3 * minutes)

async function open(branch: string): Promise<GitHubPullRequest> {
  await shop.repository.push({ branch, change: { files: web(branch) }, parent: (await shop.repository.tip('main'))! })
  return shop.repository.openPullRequest({ branch })
}

const verdict = (sha: string) =>
  until(
    'the verdict on the preview',
    () => {
      const shown = shop.repository.shown(sha)['kyozo/preview']
      return shown === undefined || shown.state === 'pending' ? undefined : shown
    },
    { deadlineMs: 2 * minutes },
  )

const answer = async ({ number }: GitHubPullRequest) => (await kyozo.ask(`web.${shop.workspace}-pr-${number}.localhost`)).text
const volumeOf = ({ number }: GitHubPullRequest) => `kyozo-${shop.workspace}-pr-${number}_data`
const markOf = (pull: GitHubPullRequest) => docker('volume', 'inspect', '--format', '{{index .Labels "kyozo.volume"}}', volumeOf(pull))

async function sql(project: string, statement: string): Promise<string> {
  const container = (await containersOf(project)).get('postgres')!
  return docker('exec', container, 'psql', '-U', 'postgres', '-h', '127.0.0.1', '-tAc', statement)
}

async function logOf(sha: string): Promise<string> {
  const releases = await releasesOf(kyozo, sha)
  const of = ({ id }: ApiDocument['data'][number]) =>
    fetch(`${kyozo.url}/api/v1/releases/${id}/logs`, { headers: { Authorization: `Bearer ${adminToken}` } }).then((answered) =>
      answered.text(),
    )
  return (await Promise.all(releases.map(of))).join('\n')
}

it('the database of a preview holds the base branch’s dump before anything that needs it starts, once, and again when its volume is lost', async () => {
  const pull = await open('first')
  expect(await verdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  expect(await answer(pull)).toBe('ada')
  expect(await logOf(pull.headSha)).toMatch(/Seeded postgres from db\/seed\.sql of main \(\d+ bytes, \d\.\d s\)/)

  const project = `kyozo-${shop.workspace}-pr-${pull.number}`
  await sql(project, "insert into visit values ('mona')")
  await shop.repository.push({ change: { files: { 'db/seed.sql': 'this is no SQL' } } })
  const { sha } = await pull.push({ change: { files: web('again') } })
  expect(await verdict(sha)).toMatchObject({ state: 'success' })
  expect(await answer(pull)).toBe('ada mona')

  await shop.repository.push({ change: { files: { 'db/seed.sql': dump('eve') } } })
  const before = await markOf(pull)
  // Between the two kyozo would make another container, and Compose a volume of nobody's for it.
  process.kill(kyozo.pid(), 'SIGSTOP')
  try {
    await docker('rm', '-f', (await containersOf(project)).get('postgres')!)
    await docker('volume', 'rm', volumeOf(pull))
  } finally {
    process.kill(kyozo.pid(), 'SIGCONT')
  }
  await until('another volume to be seeded', async () => {
    const row = await sql(project, 'select who from visit').catch(() => undefined)
    return row === 'eve'
  })
  expect(await markOf(pull)).not.toBe(before)
  await pull.close()
})

it('a preview begins with a copy of the environment that kyozo.yaml names, which goes on serving', async () => {
  await sql(shop.project, "create table visit (who text); insert into visit values ('grace')")
  const { sha } = await shop.repository.push({ change: { files: { 'kyozo.yaml': seeded('{ template: production }') } } })
  await shop.verdict(sha)
  const pull = await open('copy')
  expect(await verdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  expect(await answer(pull)).toBe('grace')
  expect(await logOf(pull.headSha)).toContain('Seeded postgres from production')
  expect(await sql(shop.project, 'select who from visit')).toBe('grace')
  await pull.close()
})

it('a dump that fails leaves nothing and is told in the words of the database; corrected, it is taken when somebody asks', async () => {
  const broken = `${dump('ada')}insert into nowhere values (1);\n`
  await shop.repository.push({ change: { files: { 'kyozo.yaml': seeded('{ dump: db/seed.sql }'), 'db/seed.sql': broken } } })
  const pull = await open('broken')
  const said = 'postgres could not be seeded from db/seed.sql of main: line 3: ERROR: relation "nowhere" does not exist'
  expect(await verdict(pull.headSha)).toMatchObject({ state: 'failure', description: expect.stringContaining(said) })
  expect(await logOf(pull.headSha)).toContain('relation \\"nowhere\\" does not exist')
  await until('the comment to say so', () => pull.comments().some(({ body }) => body.includes('could not be seeded')))
  expect(await docker('volume', 'ls', '-q', '--filter', `name=${volumeOf(pull)}`)).toBe('')

  await shop.repository.push({ change: { files: { 'db/seed.sql': dump('ada') } } })
  await pull.comment('/kyozo deploy')
  await until('the preview to be live', () => shop.repository.shown(pull.headSha)['kyozo/preview']?.state === 'success')
  expect(await answer(pull)).toBe('ada')
  await pull.close()
})

it('a kyozo that dies half-way through a dump makes the volume anew and loads all of it', async () => {
  const slow = [dump('ada').trim(), 'commit;', 'select pg_sleep(20);', "insert into visit values ('mona');", ''].join('\n')
  await shop.repository.push({ change: { files: { 'db/seed.sql': slow } } })
  const pull = await open('killed')
  const project = `kyozo-${shop.workspace}-pr-${pull.number}`
  await until('the dump to be half loaded', async () => (await sql(project, 'select who from visit').catch(() => '')) === 'ada')
  const before = await markOf(pull)
  await kyozo.kill()
  await shop.repository.push({ change: { files: { 'db/seed.sql': slow.replace('pg_sleep(20)', 'pg_sleep(0)') } } })
  await kyozo.start()
  expect(await verdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  expect(await answer(pull)).toBe('ada mona')
  expect(await markOf(pull)).not.toBe(before)
  await pull.close()
})
