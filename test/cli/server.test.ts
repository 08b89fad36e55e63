// The commands that ask a server, after one real push of one static page.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { runKyozo } from './run-kyozo.ts'

const workspace = `page-${randomBytes(3).toString('hex')}`
let kyozo: TestKyozo
let repository: TestRepository
let home: string
let sha: string
let pushed: string

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'kyozo-home-'))
  kyozo = await startKyozo()
  repository = await createRepository({ files: { 'web/index.html': '<h1>Hello</h1>\n' } })
  sha = (await repository.git('rev-parse', 'HEAD')).output.trim()
  pushed = (await repository.push(kyozo.remote(workspace))).output
}, 240_000)

afterAll(async () => {
  await kyozo.remove()
  await repository.remove()
  await rm(home, { recursive: true, force: true })
}, 120_000)

/** With the login that an earlier test kept. */
const run = (...args: readonly string[]) => runKyozo(args, { env: { XDG_CONFIG_HOME: home } })

it('the push ends with the verdict, the address and the release’s page', () => {
  const lines = pushed.split('\n').map((line) => line.trim())
  const url = `http://web.${workspace}.localhost:${kyozo.port}`
  expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^web {2}live after .* {2}${url}$`)))
  expect(lines).toContain(`${sha.slice(0, 7)} is live: 1 live`)
  expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^Details: ${kyozo.url}/releases/[0-9a-f-]{36}$`)))
})

it('login keeps the address and the token in a file of one’s own, and refuses a wrong token with 4', async () => {
  expect(await run('login', '--server', kyozo.url, '--token', 'not-the-token-at-all')).toMatchObject({ exitCode: 4, stdout: '' })
  const file = path.join(home, 'kyozo', 'login.json')
  expect(await run('login', '--server', kyozo.url, '--token', adminToken)).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: `Logged in to ${kyozo.url}; kept in ${file}\n`,
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('status shows what runs, for people and as JSON', async () => {
  const { exitCode, stdout } = await run('status', workspace)
  expect(exitCode).toBe(0)
  expect(stdout.replace(/after [\d.]+ s/, 'after … s')).toBe(
    `${workspace} production  ${sha.slice(0, 7)} live: 1 live\n  web  live  http://web.${workspace}.localhost:${kyozo.port}  after … s\n`,
  )
  const { environments } = JSON.parse((await run('status', workspace, '--json')).stdout)
  expect(environments).toMatchObject([
    { workspace, environment: 'production', liveSha: sha, services: [{ service: 'web', verdict: 'live' }] },
  ])
})

it('releases lists them under a heading, and an unknown workspace ends with 5', async () => {
  const { stdout } = await run('releases', workspace)
  expect(stdout).toMatch(
    new RegExp(
      `^workspace +commit +state +pushed +release +how it ended\\n${workspace} +${sha.slice(0, 7)} +live +[\\d-]+ [\\d:]+ +[0-9a-f-]{36} +1 live\\n$`,
    ),
  )
  for (const command of ['releases', 'status', 'logs'])
    expect(await run(command, 'nobody')).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: 'kyozo: there is no workspace named nobody\n  kyozo status lists all of them\n',
    })
})

it('logs prints what the newest release and its builds said', async () => {
  const { exitCode, stdout } = await run('logs', workspace)
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(new RegExp(`^Release of ${sha.slice(0, 7)} \\(First\\) to ${workspace} production\\n`))
  expect(stdout).toMatch(/^web \| #\d+ \[/m)
  const { lines } = JSON.parse((await run('logs', workspace, '--json')).stdout)
  expect(lines[0]).toMatchObject({ stream: 'release', text: `Release of ${sha.slice(0, 7)} (First) to ${workspace} production` })
})

it('api prints the answer as JSON, and its exit code says how it went', async () => {
  const { exitCode, stdout } = await run('api', 'get', '/api/v1/workspaces')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout).data.map(({ attributes }: { attributes: { name: string } }) => attributes.name)).toEqual([workspace])
  const missing = await run('api', 'get', '/api/v1/nothing')
  expect(missing.exitCode).toBe(5)
  expect(JSON.parse(missing.stdout).errors[0]).toMatchObject({ status: '404', code: 'not_found' })
})

it('the release’s page shows the verdict, what happened, the build and both documents, and needs the token', async () => {
  const page = `${kyozo.url}/releases/${/releases\/([0-9a-f-]{36})/.exec(pushed)![1]}`
  expect((await fetch(page)).status).toBe(401)
  const html = await (await fetch(page, { headers: { Authorization: `Basic ${btoa(`me:${adminToken}`)}` } })).text()
  expect(html).toContain('<p class="state live"><b>live</b> 1 live</p>')
  expect(html).toContain(`<a href="http://web.${workspace}.localhost:${kyozo.port}">web</a>`)
  for (const part of ['What happened', 'Output of builds and services', 'The plan', 'compose.kyozo.yaml', 'The runtime overlay'])
    expect(html).toContain(part)
  expect(html).not.toContain('http-equiv="refresh"')
})
