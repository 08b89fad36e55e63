import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
let registry: Server
let blobs: Map<string, Buffer>
let manifest: Buffer
beforeEach(async () => {
  stack = await testStack()
  blobs = new Map()
  manifest = await imageWith(stack.identity.instance)
  registry = createServer((request, response) => {
    const [, repository, kind, reference = ''] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? []
    if (request.url === '/v2/') return response.end('{}')
    if (repository === 'broken') return response.writeHead(503).end()
    const content =
      kind === 'blobs' ? blobs.get(reference) : repository === 'team/app' && /^(1|sha256:.*)$/.test(reference) ? manifest : undefined
    if (!content)
      return response
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
    const type = kind === 'manifests' ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'content-length': content.length, 'docker-content-digest': digestOf(content) })
    response.end(request.method === 'HEAD' ? undefined : content)
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
})
afterEach(async () => {
  registry.closeAllConnections()
  registry.close()
  await stack.remove()
})

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

/** An image of one file; its label makes the test's cleaning up find it. */
async function imageWith(instance: string): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: 'instance' }, instance)
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
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...store(config) },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...store(gzipSync(layer)) }],
    }),
  )
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
