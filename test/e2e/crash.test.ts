// kyozo is killed at random moments of a release. After a restart every push still ends in a verdict, and nothing is left half-made.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const workspace = `crash-${randomBytes(3).toString('hex')}`
const project = `kyozo-${workspace}-production`
const moments = 10
const minutes = 60_000

let kyozo: TestKyozo
let repository: TestRepository

beforeAll(async () => {
  kyozo = await startKyozo()
  repository = await createRepository({ files: { ...service('one', '0'), ...service('two', '0') } })
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await repository.remove()
}, 3 * minutes)

/** A service by its own Dockerfile that builds in a moment and says its version. */
function service(name: string, version: string): Record<string, string> {
  return {
    [`${name}/Dockerfile`]: [
      'FROM busybox:stable',
      `RUN mkdir /www && echo ${name} ${version} > /www/index.html && sleep 0.3`,
      'USER 10001',
      'EXPOSE 8080',
      'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]',
      '',
    ].join('\n'),
  }
}

it(
  'ends every release in a verdict and leaves nothing half-made, whenever it is killed',
  async () => {
    const first = await repository.push(kyozo.remote(workspace))
    expect(first.output).toContain('2 live')
    const shas: string[] = []
    for (let moment = 1; moment <= moments; moment++) {
      shas.push(
        await repository.commit(`Version ${moment}`, {
          ...service('one', String(moment)),
          ...(moment % 2 === 0 ? service('two', String(moment)) : {}),
        }),
      )
      await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
      // A release of these takes about two seconds: the kills fall into all of its stages.
      await delay(Math.random() * 2_500)
      await kyozo.kill()
      await kyozo.start()
    }
    const newest = shas.at(-1)!
    await until('the newest commit to be live', async () => (await stateOf(newest)) === 'live', { deadlineMs: 2 * minutes })
    for (const sha of shas) expect(['live', 'replaced', 'superseded', 'unchanged']).toContain(await stateOf(sha))
    expect(await openReleases()).toEqual([])
    expect((await kyozo.ask(`one.${workspace}.localhost`)).text.trim()).toBe(`one ${moments}`)
    expect((await kyozo.ask(`two.${workspace}.localhost`)).text.trim()).toBe(`two ${moments}`)
    await until('exactly one container a service', async () => (await allContainers()).length === 2, { deadlineMs: 2 * minutes })
    expect([...(await containersOf(project)).keys()].sort()).toEqual(['one', 'two'])
  },
  8 * minutes,
)

it(
  'gives up a first release that is killed every time, and leaves nothing of it running',
  async () => {
    const slow = await createRepository({ files: { 'slow/Dockerfile': 'FROM busybox:stable\nEXPOSE 8080\nCMD ["sleep", "1000"]\n' } })
    const slowProject = `kyozo-${workspace}-slow-production`
    const running = async () => [...(await containersOf(slowProject)).values()]
    try {
      await slow.push(kyozo.remote(`${workspace}-slow`), { options: ['no-wait'] })
      const sha = (await slow.git('rev-parse', 'HEAD')).output.trim()
      let seen = ''
      while ((await stateOf(sha)) !== 'failed') {
        await until(
          'the next try, or the end',
          async () => (await stateOf(sha)) === 'failed' || (await running()).some((id) => id !== seen),
        )
        seen = (await running())[0] ?? ''
        await kyozo.kill()
        await kyozo.start()
      }
      await until('nothing of it to run', async () => (await running()).length === 0)
    } finally {
      await slow.remove()
    }
  },
  8 * minutes,
)

async function stateOf(sha: string): Promise<string | undefined> {
  return (await kyozo.api(`/releases?filter[sha]=${sha}`)).data[0]?.attributes.state as string | undefined
}

async function openReleases(): Promise<readonly string[]> {
  const found = await Promise.all(['queued', 'running'].map((state) => kyozo.api(`/releases?filter[state]=${state}`)))
  return found.flatMap((document) => document.data.map((release) => release.id))
}

async function allContainers(): Promise<readonly string[]> {
  const { stdout } = await run('docker', ['container', 'ls', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${project}`])
  return stdout.split('\n').filter(Boolean)
}
