// A cancelled release stops at once, whatever it is doing: nothing of it runs on.
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService, dockerfile } from '../support/busybox-service.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { type ApiResource, adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { connect, githubEnvironment } from './connected.ts'

const minutes = 60_000
const tag = randomBytes(3).toString('hex')
/** Some two seconds on a quiet machine; what goes wrong takes a minute and more. */
const stopMs = 10_000

let kyozo: TestKyozo
let github: GitHubDouble
beforeAll(async () => {
  github = await startGitHub()
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  kyozo = await startKyozo(githubEnvironment(github, token))
}, 2 * minutes)
afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, 2 * minutes)

async function releaseOf(sha: string): Promise<ApiResource | undefined> {
  return (await kyozo.api(`/releases?filter[sha]=${sha}`)).data[0]
}

/** Command lines of everything that runs on this machine, in containers too. */
async function commandLines(): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(
    ids.map((id) =>
      readFile(`/proc/${id}/cmdline`, 'utf8').then(
        (line) => line.replaceAll('\0', ' '),
        () => '',
      ),
    ),
  )
}

const runs = async (what: string) => (await commandLines()).some((line) => line.trim() === what)

async function cancelled(files: Readonly<Record<string, string>>, name: string, isUnderWay: (release: ApiResource) => Promise<boolean>) {
  const repository = await createRepository({ files })
  await repository.push(kyozo.remote(`${name}-${tag}`), { options: ['no-wait'] })
  const sha = (await repository.git('rev-parse', 'HEAD')).output.trim()
  const ended = await cancelledWhen(sha, isUnderWay)
  await repository.remove()
  return ended
}

async function cancelledWhen(sha: string, isUnderWay: (release: ApiResource) => Promise<boolean>) {
  let release: ApiResource | undefined
  await until('the release to be under way', async () => {
    release = await releaseOf(sha)
    return release !== undefined && (await isUnderWay(release))
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(release?.attributes)}`)
  })
  const id = (await releaseOf(sha))!.id
  const start = performance.now()
  const answer = await fetch(`${kyozo.url}/api/v1/releases/${id}/cancel`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/vnd.api+json' },
  })
  expect(answer.status).toBeLessThan(300)
  const ended = await until('the release to end', async () => {
    const release = await releaseOf(sha)
    return release?.attributes.state === 'failed' ? release : undefined
  })
  return { attributes: ended.attributes, ms: performance.now() - start }
}

it.each([
  ['sleeps', 'sleep 98761', 'RUN sleep 98761'],
  ['deaf', 'sleep 98762', "RUN trap '' TERM INT HUP; sleep 98762"],
])(
  'a build (%s) is stopped at once, and its step does not run on',
  async (name, command, line) => {
    const { attributes, ms } = await cancelled(dockerfile('api', [line, 'CMD ["true"]']), name, () => runs(command))
    expect(attributes).toMatchObject({ error_code: 'canceled', reason: 'cancelled by admin' })
    await until(`${command} to be gone`, async () => !(await runs(command)), { deadlineMs: stopMs })
    expect(ms).toBeLessThan(stopMs)
  },
  2 * minutes,
)

it(
  'waiting for health is given up, and the container goes',
  async () => {
    const files = dockerfile('api', ['EXPOSE 8080', 'CMD ["sleep", "98763"]'])
    const { attributes, ms } = await cancelled(files, 'sick', () => runs('sleep 98763'))
    expect(attributes).toMatchObject({ error_code: 'canceled' })
    expect(await runs('sleep 98763')).toBe(false)
    // The container is taken away before the release has ended: its own time to stop counts.
    expect(ms).toBeLessThan(45_000)
  },
  2 * minutes,
)

it(
  'a fetch from a Git host that hangs is given up at once, and its git does not run on',
  async () => {
    const shop = await connect('hang', { kyozo, github })
    github.fault({ path: new RegExp(`^/${shop.repository.fullName}\\.git`), answer: { kind: 'hang' } })
    const { sha } = await shop.push(busyboxService('web', '0'))
    const fetches = async () => (await commandLines()).some((line) => line.includes(`${shop.repository.fullName}.git`))
    const { attributes, ms } = await cancelledWhen(sha, fetches)
    expect(attributes).toMatchObject({ error_code: 'canceled', reason: 'cancelled by admin' })
    await until('its git to be gone', async () => !(await fetches()), { deadlineMs: stopMs })
    expect(ms).toBeLessThan(stopMs)
  },
  2 * minutes,
)

it(
  'a newer push stops a build that ignores signals at once, and is live itself',
  async () => {
    const repository = await createRepository({ files: dockerfile('api', ["RUN trap '' TERM INT HUP; sleep 98764", 'CMD ["true"]']) })
    const remote = kyozo.remote(`newer-${tag}`)
    await repository.push(remote, { options: ['no-wait'] })
    const older = (await repository.git('rev-parse', 'HEAD')).output.trim()
    await until('the build to run', () => runs('sleep 98764'))
    const newer = await repository.commit('Newer', { 'api/Dockerfile': null, ...busyboxService('web', '1') })
    await repository.push(remote, { options: ['no-wait'] })
    const start = performance.now()
    await until('the older to be superseded', async () => (await releaseOf(older))?.attributes.state === 'superseded')
    const ms = performance.now() - start
    await until('its build to be gone', async () => !(await runs('sleep 98764')), { deadlineMs: stopMs })
    expect(ms).toBeLessThan(stopMs)
    await until('the newer to be live', async () => (await releaseOf(newer))?.attributes.state === 'live', { deadlineMs: minutes })
    await repository.remove()
  },
  2 * minutes,
)
