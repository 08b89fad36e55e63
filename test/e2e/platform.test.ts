// What people ask of environments, releases and workspaces, with a running kyozo and real containers.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { busyboxService, dockerfile } from '../support/busybox-service.ts'
import { type ApiResource, adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })
const run = promisify(execFile)

let kyozo: TestKyozo
const repositories: TestRepository[] = []
beforeAll(async () => {
  kyozo = await startKyozo()
}, 3 * minutes)
afterEach(async () => {
  for (const made of repositories.splice(0)) await made.remove()
})
afterAll(() => kyozo.remove(), minutes)

async function send(method: string, path: string, body?: unknown) {
  const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' }
  const answer = await fetch(`${kyozo.url}/api/v1${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as { data: ApiResource } }
}

/** Asks, and follows the operation to its end: `succeeded: production is paused`. */
async function ask(path: string, attributes: Readonly<Record<string, unknown>> = {}, method = 'POST'): Promise<string> {
  const type = path.split('/')[1]
  const body = method === 'POST' ? { data: { type, attributes } } : Object.keys(attributes).length > 0 ? { meta: attributes } : undefined
  const asked = await send(method, path, body)
  expect(asked).toMatchObject({ status: 202 })
  return ended(asked.body.data.id)
}

function ended(id: string): Promise<string> {
  return until(
    'the operation to end',
    async () => {
      const { state, words } = (await send('GET', `/operations/${id}`)).body.data.attributes as Readonly<Record<string, unknown>>
      return state === 'queued' || state === 'running' ? undefined : `${state}: ${words}`
    },
    { deadlineMs: minutes },
  )
}

async function deployed(files: Readonly<Record<string, string>>) {
  const name = `p-${randomBytes(3).toString('hex')}`
  const repository = await createRepository({ files })
  repositories.push(repository)
  const remote = kyozo.remote(name)
  const first = await repository.push(remote)
  expect(first.output).toContain('is live')
  const workspace = (await kyozo.api(`/workspaces?filter[name]=${name}`)).data[0]!
  const environment = (await kyozo.api(`/environments?filter[workspace]=${workspace.id}`)).data[0]!
  const releases = async () => (await kyozo.api(`/releases?filter[environment]=${environment.id}`)).data
  return {
    ...{ name, repository, remote, workspace, environment, releases },
    project: `kyozo-${name}-production`,
    push: (options: readonly string[] = []) => repository.push(remote, { options }),
    answer: async (service: string) => (await kyozo.ask(`${service}.${name}.localhost`)).text.trim(),
    newest: async () => (await releases())[0]!,
    verdicts: async (release: string) => {
      const { attributes } = (await send('GET', `/releases/${release}?fields[releases]=verdicts`)).body.data
      return (attributes.verdicts as unknown as { service: string; verdict: string; words: string }[]).map(
        ({ service, verdict, words }) => `${service} ${verdict}: ${words}`,
      )
    },
  }
}

describe('a paused environment', () => {
  it('skips what is pushed, with a verdict for every service, and deploys it when it is resumed', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    const before = await containersOf(shop.project)
    const [first] = await shop.releases()
    expect(await ask(`/environments/${shop.environment.id}/pause`, { reason: 'moving house' })).toBe('succeeded: production is paused')
    const sha = await shop.repository.commit('Second', busyboxService('one', '2'))
    const pushed = await shop.push()
    expect(pushed.output).toContain(`${sha.slice(0, 7)} was skipped: paused by admin: moving house`)
    const skipped = await shop.newest()
    expect(skipped.attributes).toMatchObject({ sha, state: 'skipped', reason: 'paused by admin: moving house' })
    expect(await shop.verdicts(skipped.id)).toEqual([
      `one skipped: paused by admin: moving house. Previous release (${String(first!.attributes.sha).slice(0, 7)}) still serving`,
    ])
    expect(await containersOf(shop.project)).toEqual(before)
    expect(await ask(`/environments/${shop.environment.id}/resume`)).toMatch(/^succeeded: /)
    expect(await shop.answer('one')).toBe('one 2')
    expect((await shop.newest()).attributes).toMatchObject({ sha, state: 'live', triggered_by: 'admin' })
  })
})

describe('going back', () => {
  it('takes seconds, builds nothing, and the next push goes forward', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    const first = (await shop.newest()).id
    await shop.repository.commit('Second', busyboxService('one', '2'))
    await shop.push()
    expect(await shop.answer('one')).toBe('one 2')
    expect(await ask(`/releases/${first}/rollback`)).toMatch(/^succeeded: back to [0-9a-f]{7} as admin asked: 1 live$/)
    expect(await shop.answer('one')).toBe('one 1')
    const back = await shop.newest()
    expect(back.attributes).toMatchObject({ state: 'live', options: { rollbackTo: first } })
    expect(Object.keys((back.attributes as Readonly<Record<string, unknown>>).timings as object)).not.toContain('fetch')
    const plan = (await send('GET', `/releases/${back.id}?fields[releases]=plan_text`)).body.data.attributes.plan_text
    expect(plan).toMatch(/admin went back to [0-9a-f]{7}/)
    expect(plan).not.toMatch(/^\s*build/m)
    await shop.repository.commit('Third', busyboxService('one', '3'))
    expect((await shop.push()).output).toContain('is live')
    expect(await shop.answer('one')).toBe('one 3')
  })

  it('builds an image that is gone from the commit that had it', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    const first = (await shop.newest()).id
    await shop.repository.commit('Second', busyboxService('one', '2'))
    await shop.push()
    const { overlay } = (await send('GET', `/releases/${first}?fields[releases]=overlay`)).body.data.attributes as Readonly<
      Record<string, unknown>
    >
    const [image = ''] = /kyozo\/[^\s"]+:[0-9a-f]+/.exec(String(overlay)) ?? []
    await run('docker', ['image', 'rm', '--force', image])
    expect(await ask(`/releases/${first}/rollback`)).toMatch(/^succeeded: back to/)
    expect(await shop.answer('one')).toBe('one 1')
  })
})

describe('a cancelled release', () => {
  it('stops while it builds, leaves what served, and does not run again', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    await shop.repository.commit(
      'Slow',
      dockerfile('one', [`RUN echo ${randomBytes(4).toString('hex')} && sleep 100`, 'EXPOSE 8080', 'CMD ["httpd", "-f", "-p", "8080"]']),
    )
    await shop.push(['no-wait'])
    const building = await until('the build', async () => {
      const release = await shop.newest()
      return release.attributes.stage === 'build' ? release : undefined
    })
    const start = performance.now()
    expect(await ask(`/releases/${building.id}/cancel`)).toMatch(
      /^succeeded: [0-9a-f]{7} was stopped: cancelled by admin\. Previous release still serving$/,
    )
    expect(performance.now() - start).toBeLessThan(60_000)
    expect(await shop.answer('one')).toBe('one 1')
    expect((await shop.newest()).attributes).toMatchObject({ state: 'failed', error_code: 'canceled', attempt: 1 })
    expect((await send('POST', `/releases/${building.id}/cancel`)).status).toBe(409)
    expect((await shop.releases()).length).toBe(2)
  })
})

describe('an analysis', () => {
  it('of a branch tells what it holds and deploys nothing', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    await shop.repository.git('checkout', '--quiet', '-b', 'next')
    const sha = await shop.repository.commit('Two', busyboxService('two', '1'))
    await shop.repository.push(shop.remote, { branch: 'next', options: ['no-wait'] })
    expect(await ask(`/workspaces/${shop.workspace.id}/analyze_topology`, { branch: 'next' })).toBe(
      `succeeded: found 2 services in ${sha.slice(0, 7)}`,
    )
    const { data } = await kyozo.api(`/topology_detections?filter[workspace]=${shop.workspace.id}&filter[is_latest]=true&sort=folder_path`)
    expect(data.map(({ attributes }) => [attributes.folder_path, attributes.revision, attributes.deployment_strategy])).toEqual([
      ['.', sha, 'custom'],
      ['one', sha, 'single_service'],
      ['two', sha, 'single_service'],
    ])
    const files = await kyozo.api(`/files?filter[workspace]=${shop.workspace.id}`)
    expect(files.data.map(({ attributes }) => attributes.path)).toEqual(['one/Dockerfile'])
    expect((await shop.releases()).length).toBe(1)
    expect([...(await containersOf(shop.project)).keys()]).toEqual(['one'])
  })
})

describe('a delivery', () => {
  it('that is replayed gets another release, and the ledger says so', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    const delivery = (await kyozo.api(`/deliveries?filter[workspace]=${shop.workspace.id}`)).data[0]!
    expect(await ask(`/deliveries/${delivery.id}/replay`)).toMatch(/^succeeded: /)
    const releases = await shop.releases()
    expect(releases.map(({ attributes }) => attributes.state)).toEqual(['unchanged', 'live'])
    const { attributes } = (await send('GET', `/deliveries/${delivery.id}`)).body.data
    expect(attributes).toMatchObject({ decision: 'accepted', release_ids: releases.map(({ id }) => id).reverse() })
    expect(attributes.reason).toMatch(/^replayed by admin: release of [0-9a-f]{7} to production queued$/)
  })
})

describe('a whole workspace', () => {
  it('is stopped and stays stopped, and its status says so', async () => {
    const shop = await deployed({ ...busyboxService('one', '1'), ...busyboxService('two', '1') })
    expect(await ask(`/workspaces/${shop.workspace.id}/stop_services`, { reason: 'night' })).toMatch(/^succeeded: production is /)
    await until('its containers to stop', async () => (await containersOf(shop.project)).size === 0)
    const status = (await send('GET', `/workspaces/${shop.workspace.id}/service_status`)).body.data
    const [production] = status.attributes.environments as unknown as {
      name: string
      services: { name: string; status: string; desired_state: string }[]
    }[]
    expect(production).toMatchObject({
      name: 'production',
      services: [
        { name: 'one', status: 'stopped', desired_state: 'stopped' },
        { name: 'two', status: 'stopped', desired_state: 'stopped' },
      ],
    })
    expect((await send('POST', `/workspaces/${shop.workspace.id}/stop_services`)).status).toBe(409)
  })

  it('is deployed again at the tip of every branch', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    expect(await ask(`/workspaces/${shop.workspace.id}/deploy_services`)).toMatch(/^succeeded: production is unchanged: /)
  })

  it('is deleted only when its name confirms it, with everything but its volumes', async () => {
    const shop = await deployed(busyboxService('one', '1'))
    expect((await send('DELETE', `/workspaces/${shop.workspace.id}`)).status).toBe(409)
    expect(await ask(`/workspaces/${shop.workspace.id}`, { confirm: shop.name }, 'DELETE')).toBe(`succeeded: ${shop.name} is deleted`)
    expect((await containersOf(shop.project)).size).toBe(0)
    expect((await send('GET', `/workspaces/${shop.workspace.id}`)).status).toBe(404)
    expect((await kyozo.ask(`one.${shop.name}.localhost`)).status).toBe(404)
  })
})

describe('a deleted environment', () => {
  it('leaves its volumes, and names them', async () => {
    const keeps = [
      'RUN mkdir /data && chown 10001 /data',
      'VOLUME /data',
      'USER 10001',
      'EXPOSE 8080',
      'CMD ["httpd", "-f", "-p", "8080", "-h", "/data"]',
    ]
    const shop = await deployed(dockerfile('one', keeps))
    const volumes = async () =>
      (await run('docker', ['volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${shop.project}`])).stdout.trim()
    const before = await volumes()
    expect(before).not.toBe('')
    expect(await ask(`/environments/${shop.environment.id}`, {}, 'DELETE')).toMatch(
      /^succeeded: production is deleted; volume \S+ is kept$/,
    )
    expect((await containersOf(shop.project)).size).toBe(0)
    expect(await volumes()).toBe(before)
    expect((await send('GET', `/environments/${shop.environment.id}`)).status).toBe(404)
  })
})
