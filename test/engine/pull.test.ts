import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultDockerHost, dockerContext } from '../../src/engine/docker/context.ts'
import { pullImage } from '../../src/engine/docker/pull.ts'
import { KyozoError } from '../../src/errors.ts'
import { type TestStack, testStack } from '../support/stacks.ts'
import { until } from '../support/until.ts'

let stack: TestStack
let registry: Server
let blobs: Map<string, Buffer>
let ordinary: Image
/** By repository; their layers do not come. */
let slow: ReadonlyMap<string, Image>
const slowOnes = ['slow/a', 'slow/b', 'slow/c', 'slow/d', 'slow/e']
/** Answers that were begun and never go on. */
let hanging: number
let isDown: boolean
beforeEach(async () => {
  stack = await testStack()
  blobs = new Map()
  hanging = 0
  isDown = false
  const { instance } = stack.identity
  ordinary = await imageWith(instance, 'ordinary')
  slow = new Map(await Promise.all(slowOnes.map(async (one) => [one, await imageWith(instance, one)] as const)))
  registry = createServer((request, response) => {
    if (isDown) return response.writeHead(503).end()
    if (request.url === '/v2/') return response.end('{}')
    answer(response, request)
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
})
afterEach(async () => {
  registry.closeAllConnections()
  registry.close()
  await stack.remove()
})

function answer(response: ServerResponse, { url = '', method }: IncomingMessage) {
  const [, repository = '', kind, reference = ''] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.+)$/.exec(url) ?? []
  if (repository === 'broken') return response.writeHead(503).end()
  if (repository.startsWith('silent/')) return hanging++
  const content = kind === 'blobs' ? blobs.get(reference) : manifestOf(repository, reference)
  if (!content)
    return response
      .writeHead(404, { 'content-type': 'application/json' })
      .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
  const type = kind === 'manifests' ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream'
  response.writeHead(200, { 'content-type': type, 'content-length': content.length, 'docker-content-digest': digestOf(content) })
  if ([...slow.values()].some(({ layer }) => layer === reference)) {
    response.flushHeaders()
    return hanging++
  }
  return response.end(method === 'HEAD' ? undefined : content)
}

function manifestOf(repository: string, reference: string): Buffer | undefined {
  if (!/^(1|sha256:.*)$/.test(reference)) return undefined
  return repository === 'team/app' ? ordinary.manifest : slow.get(repository)?.manifest
}

function name(repository: string): string {
  return `127.0.0.1:${(registry.address() as AddressInfo).port}/${repository}`
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

function store(content: Buffer): { digest: string; size: number } {
  blobs.set(digestOf(content), content)
  return { digest: digestOf(content), size: content.length }
}

interface Image {
  readonly manifest: Buffer
  readonly layer: string
}

/** An image of one file; its label makes the test's cleaning up find it. */
async function imageWith(instance: string, content: string): Promise<Image> {
  const archive = pack()
  archive.entry({ name: 'content' }, `${instance} ${content}`)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  const layer = Buffer.concat(chunks)
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Labels: { 'kyozo.instance': instance } },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  )
  const stored = store(gzipSync(layer))
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...store(config) },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...stored }],
  }
  return { manifest: Buffer.from(JSON.stringify(manifest)), layer: stored.digest }
}

test('an image is pulled from its registry', async () => {
  const image = name('team/app:1')
  await stack.engine.pull(image)
  expect((await stack.engine.observe(stack.identity, [image])).images).toEqual(new Set([image]))
})

test('an image that its registry does not have is named, and trying again is no help', async () => {
  const image = name('team/other:1')
  await expect(stack.engine.pull(image)).rejects.toMatchObject({
    code: 'pull_failed',
    retryable: false,
    message: expect.stringContaining(`could not pull ${image}: `),
    hint: `look at the image's name: ${image} does not exist, or its registry wants a login`,
  })
})

test('a registry that is down may be there later', async () => {
  for (const image of ['127.0.0.1:9/team/app:1', name('broken:1')])
    await expect(stack.engine.pull(image)).rejects.toMatchObject({
      code: 'pull_failed',
      retryable: true,
      hint: 'the registry did not answer',
    })
})

test('pulls from a registry that hangs are broken off within two seconds, those too that wait for their turn', async () => {
  const stop = new AbortController()
  const pulls = slowOnes.map((one) => stack.engine.pull(name(`${one}:1`), { signal: stop.signal }))
  const ended = Promise.allSettled(pulls)
  await until('the registry to be asked', () => hanging > 0)
  const start = performance.now()
  const reason = new KyozoError('canceled', 'cancelled by ada')
  stop.abort(reason)
  expect(await ended).toEqual(pulls.map(() => ({ status: 'rejected', reason })))
  // The engine itself may go on waiting for the registry's next byte: it keeps nothing of a pull that nobody asks for any more.
  expect(performance.now() - start).toBeLessThan(10_000)
})

test.each(['silent/app:1', 'slow/a:1'])('a pull of %s, of which nothing comes any more, is given up', async (image) => {
  const context = dockerContext({
    dockerHost: process.env.DOCKER_HOST ?? defaultDockerHost,
    stacksDir: stack.stacksDir,
    instance: stack.identity.instance,
    log: { info: () => undefined, warn: () => undefined },
  })
  await expect(pullImage(context, name(image), { stallMs: 1_500 })).rejects.toMatchObject({
    code: 'pull_failed',
    retryable: true,
    message: `could not pull ${name(image)}: nothing came for 1.5 s`,
  })
})

test('a team whose pulls hang takes its share of the places, and another team is not kept waiting', async () => {
  const stop = new AbortController()
  const hung = Promise.allSettled(slowOnes.map((one) => stack.engine.pull(name(`${one}:1`), { team: 'one', signal: stop.signal })))
  await until('the registry to be asked', () => hanging === 2)
  await stack.engine.pull(name('team/app:1'), { team: 'other' })
  stop.abort(new KyozoError('canceled', 'cancelled by ada'))
  await hung
})

test('a registry that is back is there for all as soon as it has answered one pull, however long that takes', {
  timeout: 30_000,
}, async () => {
  const stop = new AbortController()
  isDown = true
  for (const one of ['a', 'b', 'c']) await expect(stack.engine.pull(name(`slow/${one}:1`))).rejects.toMatchObject({ code: 'pull_failed' })
  isDown = false
  await expect(stack.engine.pull(name('team/app:1'))).rejects.toMatchObject({ retryAfterSeconds: expect.any(Number) })
  const long = () => stack.engine.pull(name('slow/a:1'), { signal: stop.signal })
  let ended: Promise<unknown> = Promise.resolve()
  await until(
    'one to try',
    () => {
      ended = long().catch(() => undefined)
      return hanging > 0
    },
    { everyMs: 500, deadlineMs: 15_000 },
  )
  await stack.engine.pull(name('team/app:1'))
  stop.abort(new KyozoError('canceled', 'cancelled by ada'))
  await ended
})
