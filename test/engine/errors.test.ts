import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { lastWords } from '../../src/engine/docker/compose.ts'
import { ask, dockerContext } from '../../src/engine/docker/context.ts'
import { createDockerEngine } from '../../src/engine/docker/docker-engine.ts'
import { asEngineError, refusal } from '../../src/engine/docker/errors.ts'

const log = { info: () => undefined, warn: () => undefined }

test('an engine that does not answer is named with what to do, whatever was tried', async () => {
  const identity = { instance: 'none', workspace: 'w', environment: 'e', project: 'p' }
  for (const dockerHost of ['unix:///nowhere/docker.sock', 'tcp://127.0.0.1:9']) {
    const engine = createDockerEngine({ dockerHost, stacksDir: '/tmp', instance: 'none', log })
    const attempts = [
      () => engine.check(),
      () => engine.observe(identity, []),
      () => engine.start(['abc']),
      () => engine.listProjects(),
      () => engine.pull('busybox'),
    ]
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({
        code: 'engine_unavailable',
        retryable: true,
        hint: 'start it, or set DOCKER_HOST to where it listens; `kyozo doctor` shows what is missing',
      })
  }
})

test('a DOCKER_HOST that kyozo cannot use is a configuration error', () => {
  for (const dockerHost of ['ssh://somewhere', 'nonsense', 'tcp://nowhere', 'unix://'])
    expect(() => createDockerEngine({ dockerHost, stacksDir: '/tmp', instance: 'none', log })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: `DOCKER_HOST is ${JSON.stringify(dockerHost)}, which kyozo cannot use` }),
    )
})

test('what the engine answers becomes words with a code', () => {
  const answers = [
    ['write /var/lib/docker/x: no space left on device', 'disk_full', true],
    ['Bind for 127.0.0.1:80 failed: port is already allocated', 'engine_refused', true],
    ['Conflict. The container name "/x" is already in use by container "abc"', 'engine_refused', false],
    ['Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?', 'engine_unavailable', true],
    ['exec: "nodee": executable file not found in $PATH: unknown', 'engine_refused', false],
    ['container is marked for removal and cannot be started', 'engine_refused', true],
    ['No such container: 1f0c', 'engine_refused', true],
    ['something new', 'engine_refused', false],
  ] as const
  for (const [answer, code, retryable] of answers) {
    const message = `could not start container shop-api-1: ${answer}`
    expect(refusal(answer, { tried: 'start container shop-api-1' })).toMatchObject({ code, retryable, message })
    const thrown = Object.assign(new Error(`(HTTP code 500) server error - ${answer} `), { statusCode: 500, json: { message: answer } })
    expect(asEngineError(thrown, 'start container shop-api-1')).toMatchObject({ code, retryable, message, cause: thrown })
  }
})

test('of what Compose says, the reason is told and not the progress', () => {
  const output = ' Container shop-api-1  Creating\nError response from daemon: No such image: kyozo/shop/api:1\n'
  expect(lastWords(output)).toBe('No such image: kyozo/shop/api:1')
  expect(lastWords('')).toBe('it said nothing')
})

test('an engine that accepts but never answers is told to hang', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const dockerHost = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  const context = dockerContext({ dockerHost, stacksDir: '/tmp', instance: 'none', log })
  try {
    await expect(
      ask({ tried: 'list containers', deadlineMs: 200 }, (abortSignal) => context.docker.listContainers({ abortSignal })),
    ).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: 'could not list containers: the engine did not answer within 0.2 s',
      hint: 'look whether the Docker engine hangs: `docker ps`',
    })
  } finally {
    server.close()
  }
})
