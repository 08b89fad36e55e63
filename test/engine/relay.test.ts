// A relay of a preview, on the real engine: it passes on what production answers, production never meets it, and nothing else gets through.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ComposeFiles, StackIdentity } from '../../src/engine/engine.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { relayOf } from '../../src/stack/baseline/relay.ts'
import { writeMap } from '../../src/stack/compose-value.ts'
import type { LinkedService } from '../../src/stack/link-services.ts'
import { eventually, serves, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
let preview: StackIdentity
beforeEach(async () => {
  stack = await testStack()
  preview = { ...stack.identity, environment: 'pr-1', project: `kyozo-${stack.identity.workspace}-pr-1`, isTransient: true }
})
afterEach(() => stack.remove())

const idle = { script: 'exec sleep 1000' }

/** A preview with the relay that kyozo makes in the place of api, beside a service of its own. */
function previewFiles(): ComposeFiles {
  const { environment, project } = stack.identity
  const api = {
    name: 'api',
    type: 'nodejs',
    definition: { ports: ['127.0.0.1::8080'] },
    health: { kind: 'tcp' },
  } as unknown as LinkedService
  const { definition } = relayOf(
    { service: api, port: 8080, because: 'it is the same' },
    { environment, project, live: new Map(), wouldRun: new Map() },
  )
  const labels = { 'kyozo.baseline': project, 'kyozo.environment': 'pr-1' }
  return stack.files(
    // It has to end in time without an init of its own.
    { api: { more: { ...writeMap(definition), init: false, mem_limit: '32m' }, labels }, web: idle },
    { identity: preview },
  )
}

async function running(files: ComposeFiles, service: string): Promise<ObservedContainer> {
  const [container] = await stack.run(files, service)
  if (container === undefined) throw new Error(`${service} was not created`)
  return container
}

/** What a container prints, or undefined when the command fails. */
async function said({ id }: ObservedContainer, ...command: string[]): Promise<string | undefined> {
  const { exitCode, output } = await stack.engine.exec(id, command, 15_000)
  return exitCode === 0 ? output.trim() : undefined
}

const fetched = (from: ObservedContainer, url: string) => said(from, 'timeout', '3', 'wget', '-q', '-O', '-', url)
/** Once it is there: what was started a moment ago may not listen yet. */
const answer = (from: ObservedContainer, url: string) => eventually(() => fetched(from, url))
const networkOf = (project: string) => `${project}_default`

async function throughItsPort(relay: ObservedContainer): Promise<string> {
  const [now] = await stack.engine.inspect([relay.id])
  return (await fetch(`http://127.0.0.1:${now?.publishedPorts[8080]}/`)).text()
}

test('a preview is answered by production through a relay, also by the release that follows', async () => {
  const { engine, identity } = stack
  const production = stack.files({ api: { version: 'one' } })
  const first = await running(production, 'api')
  const files = previewFiles()
  const relay = await running(files, 'api')
  const web = await running(files, 'web')
  expect(await answer(web, 'http://api:8080/')).toBe('one')
  expect(await throughItsPort(relay)).toBe('one')

  const next = stack.files({ api: { version: 'two' } })
  const [second] = await stack.run(next, 'api', { withAlias: false })
  await engine.giveAlias(identity, 'api', [second!.id])
  await engine.remove([first.id])
  expect(await answer(web, 'http://api:8080/')).toBe('two')

  // Another relay takes over, as in a release of the preview.
  const [other] = await stack.run(files, 'api', { withAlias: false })
  await engine.giveAlias(preview, 'api', [other!.id])
  await engine.takeAlias(preview, 'api', [relay.id])
  expect(await throughItsPort(other!)).toBe('two')
  const start = performance.now()
  await engine.remove([relay.id])
  expect(performance.now() - start).toBeLessThan(1_900)
  expect(await answer(web, 'http://api:8080/')).toBe('two')
})

test('production finds only its own by a name, and a preview reaches nothing of production but through a relay', async () => {
  const production = stack.files({ api: { version: 'one' }, db: { script: serves('rows') }, shop: idle })
  const [api, db, shop] = [await running(production, 'api'), await running(production, 'db'), await running(production, 'shop')]
  const files = previewFiles()
  const relay = await running(files, 'api')
  const web = await running(files, 'web')
  const network = networkOf(stack.identity.project)
  const info = await stack.docker.getContainer(relay.id).inspect()
  const there = info.NetworkSettings.Networks[network] as { readonly IPAddress: string; readonly DNSNames?: readonly string[] }
  expect([...(there.DNSNames ?? [])].sort()).toEqual([relay.id.slice(0, 12), relay.name].sort())
  for (const name of ['api', `api.${network}`, `api.${networkOf(preview.project)}`])
    expect((await said(shop, 'nslookup', name)) ?? '').not.toContain(there.IPAddress)
  expect(await said(shop, 'nslookup', 'api')).toContain(api.addressOnNetwork)
  expect(await answer(shop, 'http://api:8080/')).toBe('one')

  expect(await said(web, 'nslookup', 'api')).toContain(relay.addressOnNetwork)
  for (const name of ['db', `db.${network}`, `api.${network}`]) expect(await said(web, 'nslookup', name)).toBeUndefined()
  for (const address of [api.addressOnNetwork, db.addressOnNetwork, there.IPAddress])
    expect(await fetched(web, `http://${address}:8080/`)).toBeUndefined()
  expect(await said(relay, 'cat', '/proc/sys/net/ipv4/ip_forward')).toBe('0')
  expect(info.HostConfig).toMatchObject({ Memory: 32 * 1024 ** 2, ReadonlyRootfs: true, CapDrop: ['ALL'] })
  expect(await said(relay, 'id', '-u')).toBe('65534')
})

test('production can be taken away and come back while a preview has a relay to it', async () => {
  const { engine, identity } = stack
  const production = stack.files({ api: { version: 'one' } })
  await running(production, 'api')
  const files = previewFiles()
  const relay = await running(files, 'api')
  const web = await running(files, 'web')
  await engine.removeStack(identity)
  expect(await engine.listProjects()).toEqual([preview.project])
  const [left] = await engine.inspect([relay.id])
  expect(left).toMatchObject({ state: 'running', made: { networks: [networkOf(preview.project)] } })
  expect(await fetched(web, 'http://api:8080/')).toBeUndefined()
  await expect(engine.create({ files, service: 'api', count: 1, withAlias: false })).rejects.toMatchObject({
    code: 'engine_refused',
    retryable: true,
    message: `the network ${networkOf(identity.project)} is gone, so nothing there can serve a preview`,
  })

  await running(production, 'api')
  await engine.giveAlias(preview, 'api', [relay.id])
  expect(await answer(web, 'http://api:8080/')).toBe('one')
  await engine.removeStack(preview)
  expect(await engine.listProjects()).toEqual([identity.project])
})
