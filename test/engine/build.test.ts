import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildImage } from '../../src/engine/docker/build.ts'
import { dockerContext } from '../../src/engine/docker/context.ts'
import type { BuildRequest } from '../../src/engine/engine.ts'
import { KyozoError } from '../../src/errors.ts'
import { busyboxImage, eventually, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

function request(dockerfile: string, more: Partial<BuildRequest> = {}): BuildRequest & { readonly lines: string[] } {
  const lines: string[] = []
  const { identity } = stack
  return {
    identity,
    service: 'api',
    image: `kyozo/${identity.workspace}/api:k1`,
    args: {},
    context: contextOf({ 'Dockerfile.kyozo': dockerfile, 'hello.txt': 'hello' }),
    deadlineMs: 60_000,
    memoryLimitBytes: 1024 ** 3,
    onLine: (line) => lines.push(line),
    lines,
    ...more,
  }
}

const contextOfEngine = () =>
  dockerContext({
    stacksDir: stack.stacksDir,
    instance: stack.identity.instance,
    log: { info: () => undefined, warn: () => undefined },
  })

function contextOf(files: Readonly<Record<string, string>>): Readable {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content)
  archive.finalize()
  return Readable.from(archive, { objectMode: false })
}

async function failureOf(build: Promise<void>): Promise<KyozoError> {
  const error: unknown = await build.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof KyozoError)) throw new Error(`expected a KyozoError, got ${String(error)}`)
  return error
}

test('a registry that never answers holds no build: it is given up, and tried again later', async () => {
  const registry = createServer((asked, answer) => {
    if (asked.url === '/v2/') answer.end('{}')
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  const base = `127.0.0.1:${(registry.address() as AddressInfo).port}/x/y:1`
  const build = buildImage(contextOfEngine(), request(`FROM ${base}\nRUN true`), { fetchStallMs: 2_000 })
  expect(await failureOf(build)).toMatchObject({
    code: 'pull_failed',
    retryable: true,
    message: `could not build api: its base image ${base} could not be fetched: nothing came for 2 s`,
  })
  registry.closeAllConnections()
  registry.close()
})

test('an image is built from a streamed context, with arguments, a target, labels, and lines as they come', async () => {
  const { engine, docker, identity } = stack
  const dockerfile = `FROM ${busyboxImage} AS first
ARG GREETING
COPY hello.txt /hello.txt
RUN echo "$GREETING said the build"
FROM first AS second
RUN false`
  const build = request(dockerfile, { target: 'first', args: { GREETING: identity.workspace } })
  await engine.build(build)
  expect(build.lines.some((line) => line.endsWith(`${identity.workspace} said the build`))).toBe(true)
  expect(build.lines.filter((line) => line.includes('\u001b'))).toEqual([])
  const image = await docker.getImage(build.image).inspect()
  expect(image.Config.Labels).toMatchObject({
    'kyozo.instance': identity.instance,
    'kyozo.workspace': identity.workspace,
    'kyozo.environment': 'production',
    'kyozo.service': 'api',
    'kyozo.image': build.image,
  })
  expect((await engine.observe(identity, [build.image])).images).toEqual(new Set([build.image]))
})

test('an offline build has no network but its own loopback', async () => {
  const dockerfile = `FROM ${busyboxImage}\nRUN test "$(ls /sys/class/net)" = lo`
  await stack.engine.build(request(dockerfile, { isOffline: true }))
  expect((await failureOf(stack.engine.build(request(dockerfile)))).code).toBe('build_failed')
})

test('an image that somebody gave the name of another one is as good as none', async () => {
  const { engine, docker, identity } = stack
  const build = request(`FROM ${busyboxImage}`)
  await engine.build(build)
  const older = build.image.replace(':k1', ':k2')
  await docker.getImage(busyboxImage).tag({ repo: build.image.replace(':k1', ''), tag: 'k3' })
  await docker.getImage(build.image).tag({ repo: build.image.replace(':k1', ''), tag: 'k2' })
  const stranger = build.image.replace(':k1', ':k3')
  expect((await engine.observe(identity, [build.image, older, stranger, busyboxImage])).images).toEqual(
    new Set([build.image, busyboxImage]),
  )
  await docker.getImage(stranger).remove()
})

test('a failed build names the step, its exit code and its last lines', async () => {
  const script = 'for i in $(seq 1 40); do echo "line $i of the output"; done; exit 3'
  const error = await failureOf(stack.engine.build(request(`FROM ${busyboxImage}\nRUN ${script}`)))
  const [first, ...tail] = error.message.split('\n')
  expect(error).toMatchObject({ code: 'build_failed', service: 'api', retryable: false, stage: 'build' })
  expect(first).toBe(`building api failed at [2/2] RUN ${script}: exit code 3`)
  expect(tail).toHaveLength(15)
  expect(tail.at(-1)).toBe('line 40 of the output')
})

test('a Dockerfile that cannot be read is a failed build that says why', async () => {
  const error = await failureOf(stack.engine.build(request(`FROM ${busyboxImage}\nFLY away`)))
  expect(error).toMatchObject({
    code: 'build_failed',
    message: 'building api failed: dockerfile parse error on line 2: unknown instruction: FLY',
  })
})

test('a file that the context does not have is named', async () => {
  const error = await failureOf(stack.engine.build(request(`FROM ${busyboxImage}\nCOPY missing.txt /`)))
  expect(error.code).toBe('build_failed')
  expect(error.message).toBe('building api failed at [2/2] COPY missing.txt /: missing.txt is not in the build context')
})

test('a build that takes too long is stopped, in the builder as well', async () => {
  const dockerfile = `FROM ${busyboxImage}\nRUN echo ${stack.identity.workspace} && sleep 600`
  const error = await failureOf(stack.engine.build(request(dockerfile, { deadlineMs: 2_000 })))
  expect(error).toMatchObject({ code: 'build_timed_out', message: 'building api did not end within 2 s and was stopped' })
  await expectNoProcess('sleep 600')
})

test('a superseded build is stopped at once, in the builder as well', async () => {
  const abort = new AbortController()
  const dockerfile = `FROM ${busyboxImage}\nRUN echo ${stack.identity.workspace} && sleep 700`
  const build = request(dockerfile, { signal: abort.signal })
  const failure = failureOf(stack.engine.build(build))
  await eventually(() => (build.lines.some((line) => line.endsWith(` ${stack.identity.workspace}`)) ? true : undefined))
  abort.abort(new KyozoError('superseded', 'superseded by def456'))
  expect(await failure).toMatchObject({ code: 'superseded', message: 'superseded by def456' })
  await expectNoProcess('sleep 700')
})

/** The builder's processes are this machine's. */
async function expectNoProcess(command: string): Promise<void> {
  const { readdir, readFile } = await import('node:fs/promises')
  await eventually(async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return commands.some((line) => line === `${command.replaceAll(' ', '\0')}\0`) ? undefined : true
  })
}

test('a step that takes more memory than allowed fails, and the engine goes on', async () => {
  const dockerfile = `FROM ${busyboxImage}\nRUN awk 'BEGIN{s="xxxxxxxxxxxxxxxx"; while(1) s=s s}'`
  const error = await failureOf(stack.engine.build(request(dockerfile, { memoryLimitBytes: 128 * 1024 ** 2 })))
  expect(error.code).toBe('build_failed')
  expect(error.message).toMatch(/exit code 1\nawk: out of memory$/)
  await stack.engine.check()
})

test('a context that breaks off is a failed build, not a crash', async () => {
  const context = new PassThrough()
  context.write(Buffer.alloc(512))
  setTimeout(() => context.destroy(new Error('the object is corrupt')), 100)
  const error = await failureOf(stack.engine.build(request('', { context })))
  expect(error).toMatchObject({ code: 'build_failed', service: 'api' })
  expect(error.message).toContain('the object is corrupt')
})

test('a base image that does not exist is named', async () => {
  const error = await failureOf(stack.engine.build(request('FROM kyozo-test/nowhere:1')))
  expect(error.code).toBe('pull_failed')
  expect(error.message).toContain('kyozo-test/nowhere:1')
})
