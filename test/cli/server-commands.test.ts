// The commands that change what runs, against a real kyozo with a real engine: what they print, how they end, and that it is so.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService, dockerfile } from '../support/busybox-service.ts'
import { adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { type RunOptions, runKyozo, startRunning } from './run-kyozo.ts'

const suffix = randomBytes(3).toString('hex')
const shop = `shop-${suffix}`
const other = `other-${suffix}`
const web = `${shop}/production/web`
let kyozo: TestKyozo
let repository: TestRepository
let home: string
/** What the first start printed, with a password that no later one shows. */
let greeting: string

/** Says a sentence at its start, then serves. */
const talkingService = dockerfile('api', [
  'RUN mkdir /www && echo api > /www/index.html',
  'USER 10001',
  'EXPOSE 8080',
  'CMD ["sh", "-c", "echo the shop is open; exec httpd -f -p 8080 -h /www"]',
])

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'kyozo-home-'))
  kyozo = await startKyozo()
  greeting = kyozo.output()
  repository = await createRepository({ files: { ...busyboxService('web', 'first'), ...talkingService } })
  await repository.push(kyozo.remote(shop))
  await repository.push(kyozo.remote(other))
}, 240_000)

afterAll(async () => {
  await kyozo.remove()
  await repository.remove()
  await rm(home, { recursive: true, force: true })
}, 120_000)

const env = (token = adminToken) => ({ KYOZO_URL: kyozo.url, KYOZO_TOKEN: token, XDG_CONFIG_HOME: home })
const run = (...args: readonly string[]) => runKyozo(args, { env: env() })
const runWith = (options: RunOptions, ...args: readonly string[]) => runKyozo(args, { ...options, env: env() })
const json = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).stdout)
const page = async (name = 'web') => (await kyozo.ask(`${name}.${shop}.localhost`)).text.trim()

/** Every verb of one service, with what it does to the containers. */
it('stop, start, restart and scale do what they say, and end when it is so', async () => {
  const stopped = await run('stop', `${shop}/web`, '--reason', 'the till is being counted')
  expect(stopped).toMatchObject({ exitCode: 0 })
  expect(stopped.stdout).toMatch(new RegExp(`^${web}  succeeded: `))
  // Requests under way get some seconds to end.
  await until('its container to be gone', async () => !(await containersOf(`kyozo-${shop}-production`)).has('web'))
  const { services } = await json('services', `${shop}/production`)
  expect(services.find(({ attributes }: { attributes: { name: string } }) => attributes.name === 'web').attributes).toMatchObject({
    status: 'stopped',
    desired_state: 'stopped',
    desired_reason: 'the till is being counted',
  })

  const again = await run('stop', `${shop}/web`)
  expect(again).toMatchObject({ exitCode: 6, stdout: '' })
  expect(again.stderr).toMatch(new RegExp(`^kyozo: cannot stop ${web}: web `))

  expect(await run('start', web)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(`^${web}  succeeded: `) })
  expect(await page()).toBe('web first')

  const before = (await containersOf(`kyozo-${shop}-production`)).get('api')
  const restarted = await run('restart', `${shop}/api`, `${shop}/web`)
  expect(restarted).toMatchObject({ exitCode: 0 })
  expect(restarted.stdout).toMatch(new RegExp(`^${shop}/production/api  succeeded.*\\n${web}  succeeded.*\\n$`))
  expect(before).toBeDefined()

  const { operations } = await json('scale', web, '--replicas', '2')
  expect(operations).toMatchObject([{ target: web, action: 'scale', kind: 'scale_service', state: 'succeeded', input: { replicas: 2 } }])
  expect(await run('scale', web, '--replicas', '1')).toMatchObject({ exitCode: 0 })
}, 180_000)

it('a name that fits several services is refused with all of them, and one that fits none with 5', async () => {
  expect(await run('restart', 'web')).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: `kyozo: web is the name of 2 services: ${other}/production/web, ${web}\n  name one of them, as WORKSPACE/ENVIRONMENT/SERVICE\n`,
  })
  expect(await run('restart', `${shop}/till`)).toMatchObject({
    exitCode: 5,
    stderr: expect.stringContaining(`there is no service ${shop}/till`),
  })
  // In the repository of one of them, that one is meant.
  await repository.git('remote', 'add', 'kyozo', kyozo.remote(shop))
  expect(await runWith({ cwd: repository.folder }, 'restart', 'web')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(`^${web}  `),
  })
}, 240_000)

it('deploy tells of its release as it happens, rollback goes back to the one before, and both end with what serves', async () => {
  await repository.commit('Second', busyboxService('web', 'second'))
  await repository.push(kyozo.remote(shop))
  expect(await page()).toBe('web second')

  const back = await runWith({ cwd: repository.folder }, 'rollback')
  expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(`^${shop}/production  succeeded: `) })
  expect(back.stderr).toMatch(/^Back to [0-9a-f]{7} \(release [0-9a-f-]{36}\)\n/)
  expect(await page()).toBe('web first')

  const deployed = await run('deploy', shop)
  expect(deployed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(`^${shop}/production  succeeded: `) })
  expect(deployed.stderr).toContain(`Release of `)
  expect(await page()).toBe('web second')

  const one = await json('deploy', shop, '--service', 'api')
  expect(one.operations).toMatchObject([{ target: `${shop}/production/api`, kind: 'deploy_service', state: 'succeeded' }])
}, 180_000)

it('an operation that nobody waits for is followed later, and a wait that is too short ends with 7', async () => {
  const { operations } = await json('restart', web, '--no-wait')
  expect(['queued', 'running']).toContain(operations[0].state)
  expect(await run('operations', operations[0].id)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^restart_service {2}succeeded/),
  })
  const late = await run('restart', web, '--timeout', '0.001')
  expect(late).toMatchObject({ exitCode: 7, stdout: '' })
  expect(late.stderr).toMatch(
    /kyozo: restart_service has not ended after 0\.001 s and goes on\n {2}kyozo operations [0-9a-f-]{36} follows it\n$/,
  )
  await run('operations', /operations ([0-9a-f-]{36})/.exec(late.stderr)![1]!)
  expect((await run('operations', shop)).stdout).toMatch(
    new RegExp(`^asked +what +where +by +state .*\\n.* restart_service +${web} +admin +succeeded `),
  )
}, 240_000)

it('a command that waits outlives a kyozo that is killed and started again', async () => {
  const waiting = startRunning(['restart', web, '--json'], { env: env() })
  await until('the operation to be there', async () => {
    const [newest] = (await kyozo.api('/operations?page[size]=1')).data
    return newest?.attributes.kind === 'restart_service' && newest.attributes.finished_at === null
  })
  await kyozo.kill()
  await waiting.printed('kyozo does not answer at the moment; trying again')
  await kyozo.start()
  expect(await waiting.ended).toBe(0)
  expect(JSON.parse(waiting.stdout()).operations).toMatchObject([{ target: web, action: 'restart', state: 'succeeded' }])
}, 240_000)

it('when one of several is refused, those that were accepted before it are named', async () => {
  expect(await run('stop', `${shop}/api`)).toMatchObject({ exitCode: 0 })
  const { exitCode, stderr } = await run('restart', web, `${shop}/api`)
  expect(exitCode).toBe(6)
  expect(stderr).toMatch(
    new RegExp(`^restart ${web} was accepted: kyozo operations [0-9a-f-]{36} follows it\nkyozo: cannot restart ${shop}/production/api: `),
  )
  expect(await run('start', `${shop}/api`)).toMatchObject({ exitCode: 0 })
}, 240_000)

it('while an environment is paused a push changes nothing; resume deploys it', async () => {
  expect(await run('pause', shop, '--reason', 'stocktaking')).toMatchObject({ exitCode: 0 })
  expect((await run('status', shop)).stdout).toContain('  paused by admin: stocktaking\n')
  await repository.commit('Third', busyboxService('web', 'third'))
  await repository.push(kyozo.remote(shop))
  expect(await page()).toBe('web second')
  expect((await run('status', shop)).stdout).toContain(' skipped: paused by admin: stocktaking')
  expect(await run('pause', shop)).toMatchObject({ exitCode: 6 })
  expect(await run('resume', shop)).toMatchObject({ exitCode: 0 })
  await until('the third version', async () => (await page()) === 'web third')
}, 240_000)

it('secrets come by standard input, are listed without their values, and go again', async () => {
  const set = await runWith({ input: 'sesame-4711\n' }, 'secrets', 'set', 'TILL_KEY', '--in', `${shop}/production`, '--service', 'web')
  expect(set).toEqual({ exitCode: 0, stdout: `TILL_KEY is set in ${shop}/production for web, version 1\n`, stderr: '' })
  const changed = await runWith({ input: 'sesame-4712' }, 'secrets', 'set', 'TILL_KEY', '--in', `${shop}/production`, '--service', 'web')
  expect(changed.stdout).toBe(`TILL_KEY is set in ${shop}/production for web, version 2\n`)
  const listed = await run('secrets', 'list', '--in', shop)
  expect(listed.stdout).toMatch(/^name +environment +service +version +set +by\nTILL_KEY +production +web +2 +[\d-]+ [\d:]+ +\w+\n$/)
  expect(listed.stdout + JSON.stringify(await json('secrets', 'list', '--in', shop))).not.toContain('sesame')
  expect(await runWith({ input: '' }, 'secrets', 'set', 'TILL_KEY', '--in', shop)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(/^kyozo: no value of TILL_KEY was given\n/),
  })
  expect(await run('secrets', 'unset', 'TILL_KEY', '--in', shop)).toMatchObject({ exitCode: 5 })
  expect(await run('secrets', 'unset', 'TILL_KEY', '--in', `${shop}/production`, '--service', 'web')).toMatchObject({ exitCode: 0 })
  expect((await json('secrets', 'list', '--in', shop)).secrets).toEqual([])
}, 240_000)

it('a token is printed once, may do what it was made for and no more, and is worth nothing once revoked', async () => {
  const made = await run('tokens', 'create', 'dashboard', '--days', '7')
  const words = /^This is the one time that the token is shown\. It is accepted until \d{4}-\d\d-\d\d\.\n$/
  expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(words) })
  const token = made.stdout.trim()
  const listed = await run('tokens', 'list')
  expect(listed.stdout).toMatch(/^name +begins .*\n[\s\S]*dashboard +kyozo_\S+… .* read +until \d{4}-\d\d-\d\d +/m)
  expect(listed.stdout).not.toContain(token)

  const refused = await runKyozo(['stop', web], { env: env(token) })
  expect(refused).toMatchObject({ exitCode: 6, stdout: '' })
  expect(refused.stderr).toContain(`cannot stop ${web}: `)
  expect(refused.stderr).toContain('made without the scope deploy')

  expect(await run('tokens', 'revoke', 'dashboard')).toEqual({ exitCode: 0, stdout: 'dashboard is revoked\n', stderr: '' })
  await until('the token to be refused', async () => (await runKyozo(['whoami'], { env: env(token) })).exitCode === 4)
}, 240_000)

it('events tell what happened to services, and with --follow what happens', async () => {
  expect((await run('events', web)).stdout).toMatch(new RegExp(`^when +service +number +what .*\\n[\\d-]+ [\\d:]+ +${web} +\\d+ +\\w+ `))
  await run('restart', web)
  expect((await run('events', web)).stdout).toMatch(/ service_restarted +admin +[\d.]+ s +admin asked for a restart/)
  const following = startRunning(['events', shop, '--follow'], { env: env() })
  const documents = startRunning(['events', web, '--follow', '--json'], { env: env() })
  try {
    // A stream tells of what happens from its beginning on, so that something has to happen until both have begun.
    await until(
      'both to tell of a restart',
      async () => {
        await run('restart', web)
        return (
          /operations updated: restart_service, succeeded/.test(following.stdout()) && documents.stdout().includes('"type":"operations"')
        )
      },
      { deadlineMs: 60_000 },
    )
  } finally {
    expect(await following.interrupt()).toBe(0)
    expect(await documents.interrupt()).toBe(0)
  }
  expect(following.stdout()).toContain(`  ${web}  `)
  for (const line of documents.stdout().trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ schemaVersion: 1, event: expect.stringMatching(/^\d/), workspace: expect.any(String) })
}, 240_000)

it('logs follows what a service prints', async () => {
  const api = `${shop}/production/api`
  expect((await run('logs', api)).stdout).toContain('the shop is open\n')
  const following = startRunning(['logs', api, '--follow', '--json'], { env: env() })
  await following.printed('the shop is open')
  expect(await following.interrupt()).toBe(0)
  const [line] = following.stdout().split('\n')
  expect(JSON.parse(line!)).toEqual({
    schemaVersion: 1,
    service: api,
    container: expect.stringMatching(/^[0-9a-f]{12}$/),
    stream: 'stdout',
    text: 'the shop is open',
    at: expect.any(String),
  })
}, 240_000)

it('login asks in a browser, keeps a token of its own, and logout revokes it', async () => {
  const [, email, password] = /e-mail: (\S+) · password: (\S+)/.exec(greeting)!
  const origin = { origin: kyozo.url, 'sec-fetch-site': 'same-origin' }
  const signedIn = await fetch(`${kyozo.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { ...origin, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')

  const where = { XDG_CONFIG_HOME: home }
  const login = startRunning(['login', '--server', kyozo.url], { env: where })
  await login.printed(/confirm the code \w+/)
  const [, code] = /confirm the code (\w+)/.exec(login.stderr())!
  for (const form of [`code=${code}`, `code=${code}&answer=approve`])
    await fetch(`${kyozo.url}/device`, { method: 'POST', headers: { ...origin, cookie }, body: new URLSearchParams(form) })
  expect(await login.ended).toBe(0)
  expect(login.stderr()).toMatch(
    /\nLogged in to http:\S+ as [^\n]+, owner of team default \(read, deploy, configure, admin\); kept in [^\n]+\n$/,
  )
  expect(login.stdout()).toBe('')

  const { token } = JSON.parse(await readFile(path.join(home, 'kyozo', 'login.json'), 'utf8'))
  expect(await runKyozo(['whoami'], { env: where })).toMatchObject({ exitCode: 0 })
  expect(await runKyozo(['logout'], { env: where })).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^Logged out of http/) })
  await until('the token to be refused', async () => (await runKyozo(['whoami'], { env: env(token) })).exitCode === 4)
  expect(await runKyozo(['logout'], { env: where })).toEqual({ exitCode: 0, stdout: '', stderr: 'Nobody was logged in.\n' })
}, 240_000)

it('names are completed from the server', async () => {
  // A server that is late completes nothing.
  const completed = (kind: string) =>
    until(`${kind} to be completed`, async () => {
      const names = (await run('__complete', kind)).stdout.split('\n').sort()
      return names.length > 1 && names
    })
  expect(await completed('services')).toEqual(['', `${other}/production/api`, `${other}/production/web`, `${shop}/production/api`, web])
  expect(await completed('environments')).toEqual(['', other, `${other}/production`, shop, `${shop}/production`])
}, 240_000)
