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
    stderr: `Logged in to ${kyozo.url} as admin, owner of team default (read, deploy, configure, admin); kept in ${file}\n`,
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await run('whoami')).toEqual({
    exitCode: 0,
    stdout: `admin, owner of team default (read, deploy, configure, admin), at ${kyozo.url}\n`,
    stderr: '',
  })
}, 60_000)

it('the kept token goes to the kyozo that it is for, and to no other', async () => {
  const elsewhere = kyozo.url.replace('127.0.0.1', 'localhost')
  expect(await run('whoami', '--server', elsewhere)).toMatchObject({ exitCode: 4, stdout: '' })
})

it('status shows what runs, for people and as JSON', async () => {
  const { exitCode, stdout } = await run('status', workspace)
  expect(exitCode).toBe(0)
  const url = `http://web.${workspace}.localhost:${kyozo.port}`
  expect(stdout.replace(/after [\d.]+ s/, 'after … s')).toBe(
    `${workspace}/production  ${sha.slice(0, 7)} live: 1 live\n  web  running  healthy  ${url}  live after … s\n`,
  )
  const { environments } = JSON.parse((await run('status', `${workspace}/production`, '--json')).stdout)
  expect(environments).toMatchObject([
    {
      workspace,
      environment: 'production',
      liveSha: sha,
      paused: null,
      services: [{ service: 'web', verdict: 'live', status: 'running', health: 'healthy', url }],
    },
  ])
}, 60_000)

it('services lists what every service does and how it is', async () => {
  const { exitCode, stdout } = await run('services', workspace)
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(
    new RegExp(
      `^service +status +health +address +why\\n${workspace}/production/web +running +healthy +http://web\\.${workspace}\\.localhost:${kyozo.port}\\n$`,
    ),
  )
})

it('releases lists them under a heading, and an unknown workspace ends with 5', async () => {
  const { stdout } = await run('releases', workspace)
  expect(stdout).toMatch(
    new RegExp(
      `^workspace +environment +commit +state +pushed +release +how it ended\\n${workspace} +production +${sha.slice(0, 7)} +live +[\\d-]+ [\\d:]+ +[0-9a-f-]{36} +1 live\\n$`,
    ),
  )
  const unknown = await Promise.all(['releases', 'status', 'deploy', 'pause'].map((command) => run(command, 'nobody')))
  expect(unknown).toEqual(
    Array(4).fill({
      exitCode: 5,
      stdout: '',
      stderr: 'kyozo: there is no workspace named nobody\n  kyozo status lists all of them\n',
    }),
  )
  expect(await run('logs', 'nobody')).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: 'kyozo: there is no workspace or service named nobody\n  kyozo status lists all of them\n',
  })
}, 60_000)

it('logs prints what the newest release and its builds said', async () => {
  const { exitCode, stdout } = await run('logs', workspace)
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(new RegExp(`^Release of ${sha.slice(0, 7)} \\(First\\) to ${workspace} production\\n`))
  expect(stdout).toMatch(/^web \| #\d+ \[/m)
  const { lines } = JSON.parse((await run('logs', workspace, '--json')).stdout)
  expect(lines[0]).toMatchObject({ stream: 'release', text: `Release of ${sha.slice(0, 7)} (First) to ${workspace} production` })
  // It has ended, so that following it ends too.
  expect((await run('logs', workspace, '--follow')).stdout).toBe(stdout)
}, 60_000)

it('api prints the answer as JSON, and its exit code says how it went', async () => {
  const { exitCode, stdout } = await run('api', 'get', '/api/v1/workspaces')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout).data.map(({ attributes }: { attributes: { name: string } }) => attributes.name)).toEqual([workspace])
  const missing = await run('api', 'get', '/api/v1/nothing')
  expect(missing.exitCode).toBe(5)
  expect(JSON.parse(missing.stdout).errors[0]).toMatchObject({ status: '404', code: 'not_found' })
})

it('in a repository whose remote is this kyozo, its workspace needs no name', async () => {
  await repository.git('remote', 'add', 'kyozo', kyozo.remote(workspace))
  const asked = await runKyozo(['secrets', 'list', '--json'], { cwd: repository.folder, env: { XDG_CONFIG_HOME: home } })
  expect(asked).toEqual({ exitCode: 0, stdout: `${JSON.stringify({ schemaVersion: 1, secrets: [] }, null, 2)}\n`, stderr: '' })
  const outside = await run('secrets', 'list')
  expect(outside).toMatchObject({ exitCode: 3, stdout: '' })
  expect(outside.stderr).toMatch(/^kyozo: no workspace is named, and the current folder’s repository is none of this kyozo\n/)
}, 60_000)

it('members and previews list what there is', async () => {
  expect((await run('members')).stdout).toMatch(/^name +address +role +since\n[\s\S]*automation +a program +owner +\d{4}-\d\d-\d\d\n/)
  expect(await run('previews')).toEqual({ exitCode: 0, stdout: '', stderr: 'There is no open pull request.\n' })
}, 60_000)

it('wrong usage ends with 3 and says where to read on', async () => {
  expect(await run('scale', 'web')).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: "error: required option '--replicas <count>' not specified\nkyozo scale --help says how it is used.\n",
  })
  expect(await run('deploy', 'a/b/c')).toMatchObject({ exitCode: 3, stdout: '' })
  expect(await run('status', '--server', 'nowhere')).toMatchObject({
    exitCode: 3,
    stderr: 'kyozo: "nowhere" is not the address of a server\n  write it as https://kyozo.example\n',
  })
}, 60_000)

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
