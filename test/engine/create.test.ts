import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runChild } from '../../src/child.ts'
import { type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await stack.remove()
})

async function composePlan(): Promise<string> {
  const folder = join(stack.stacksDir, stack.identity.project)
  const files = ['-f', join(folder, 'compose.kyozo.yaml'), '-f', join(folder, 'compose.overlay.yaml')]
  const args = ['compose', ...files, '-p', stack.identity.project, '--project-directory', folder, '--env-file', '/dev/null']
  const result = await runChild({ program: 'docker', args: [...args, '--dry-run', 'up', '-d', '--no-build'], deadlineMs: 20_000 })
  expect(result.exitCode).toBe(0)
  return result.stderr.replaceAll(' DRY-RUN MODE - ', '').replace(/ +$/gm, '').trim()
}

test('a new container is created beside the old one, and once the old one is gone a plain compose up plans nothing', async () => {
  const { engine, identity } = stack
  const [old] = await stack.run(stack.files({ api: { version: 'one' } }), 'api')
  const files = stack.files({ api: { version: 'two', labels: { 'kyozo.release': 'release-2' } } })
  const [fresh] = await stack.run(files, 'api', { withAlias: false })
  if (!old || !fresh) throw new Error('not created')
  expect(await engine.inspect([old.id])).toEqual([old])
  expect(fresh).toMatchObject({ name: `${identity.project}-api-2`, release: 'release-2', hasAlias: false, state: 'running' })
  await engine.giveAlias(identity, 'api', [fresh.id])
  await engine.takeAlias(identity, 'api', [old.id])
  await engine.remove([old.id])
  expect(await composePlan()).toMatch(/^Container \S+-api-2 {1,2}Running$/)
})

test('several copies are created beside several old ones', async () => {
  const { engine, identity } = stack
  const old = await stack.run(stack.files({ api: { version: 'one' } }), 'api', { count: 2 })
  const fresh = await stack.run(stack.files({ api: { version: 'two' } }), 'api', { count: 3 })
  expect(await engine.inspect(old.map(({ id }) => id))).toEqual(old)
  const names = [...old, ...fresh].map((container) => container.name.replace(`${identity.project}-`, '')).sort()
  expect(names).toEqual(['api-1', 'api-2', 'api-3', 'api-4', 'api-5'])
})

test('services asked for at the same time are all created, and those that are refused fail alone', async () => {
  const { engine, identity } = stack
  const files = stack.files({
    one: {},
    two: {},
    small: { more: { mem_limit: '1m' } },
    mighty: { more: { network_mode: 'host', ports: [] } },
    three: {},
  })
  await engine.prepare(files, [])
  const services = ['one', 'two', 'small', 'mighty', 'three']
  const results = await Promise.allSettled(services.map((service) => engine.create({ files, service, count: 1, withAlias: true })))
  const told = results.map((result) => (result.status === 'fulfilled' ? result.value.map(({ name }) => name) : result.reason.message))
  expect(told).toEqual([
    [`${identity.project}-one-1`],
    [`${identity.project}-two-1`],
    'could not create a container of small: Minimum memory limit allowed is 6MB',
    `${identity.project}-mighty-1 was created otherwise than planned, so it was removed: it is in the network host`,
    [`${identity.project}-three-1`],
  ])
  const { containers } = await engine.observe(identity, [])
  expect(containers.map(({ service, state, hasAlias }) => `${service} ${state} ${hasAlias}`).sort()).toEqual([
    'one created true',
    'three created true',
    'two created true',
  ])
})

test('nothing of the environment of kyozo reaches a document', async () => {
  vi.stubEnv('KYOZO_TEST_SECRET', 'do not tell')
  const environment = {
    HOME_IS: '$' + '{HOME}',
    SECRET: '$' + '{KYOZO_TEST_SECRET}',
    HOST: '$' + '{DOCKER_HOST}',
    GIVEN: '$' + '{GIVEN}',
    KYOZO_TEST_SECRET: null,
  }
  const files = stack.files({ api: { more: { environment } } }, { variables: { GIVEN: 'a value with $signs and spaces' } })
  const [api] = await stack.run(files, 'api')
  const { Config } = await stack.docker.getContainer(api?.id ?? '').inspect()
  expect(Config.Env.filter((entry) => !entry.startsWith('PATH=')).sort()).toEqual([
    'GIVEN=a value with $signs and spaces',
    'HOME_IS=',
    'HOST=',
    // Without a value: the variable is not set.
    'KYOZO_TEST_SECRET',
    'SECRET=',
  ])
})

test('the name of a variable steers neither Compose nor the engine', async () => {
  const variables = { DOCKER_HOST: 'tcp://127.0.0.1:1', COMPOSE_FILE: '/nowhere', PATH: '/nowhere', LD_PRELOAD: '/nowhere.so' }
  const files = stack.files({ api: { more: { environment: { HOST: '$' + '{DOCKER_HOST:-none}' } } } }, { variables })
  const [api] = await stack.run(files, 'api')
  const { Config } = await stack.docker.getContainer(api?.id ?? '').inspect()
  expect(Config.Env).toContain('HOST=tcp://127.0.0.1:1')
})

test('a secret reaches its service whatever it holds, and no other service, file or process', async () => {
  const value = `quo'te "two" $HOME $$ \${HOME} back\\slash %s #no ✓\n-----BEGIN-----\n\tline: {a: b}\n`
  const script = 'printf %s "$CANARY" | md5sum; exec sleep 1000'
  const seen: string[] = []
  const timer = setInterval(() => seen.push(...processEnvironments()), 5)
  const files = stack.files({ api: { script }, other: { script } }, { secrets: { api: { CANARY: value } } })
  const [[api], [other]] = [await stack.run(files, 'api'), await stack.run(files, 'other')]
  clearInterval(timer)
  const md5 = createHash('md5').update(value).digest('hex')
  await expect.poll(() => stack.engine.logTail(api?.id ?? '', 5), { timeout: 10_000 }).toEqual([`${md5}  -`])
  expect(JSON.stringify(await stack.docker.getContainer(other?.id ?? '').inspect())).not.toContain('BEGIN')
  const directory = join(stack.stacksDir, stack.identity.project)
  const written = await Promise.all((await readdir(directory)).map((name) => readFile(join(directory, name), 'utf8')))
  expect(written.filter((text) => text.includes('BEGIN'))).toEqual([])
  expect(seen.some((text) => text.includes('docker'))).toBe(true)
  expect(seen.filter((text) => text.includes('-----BEGIN-----'))).toEqual([])
})

/** Arguments and environments of all processes outside of containers, as `ps e` shows them. */
function processEnvironments(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && !isInContainer(name))
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => `/proc/${pid}/${file}`))
    .flatMap((file) => {
      try {
        return [readFileSync(file, 'utf8')]
      } catch {
        return []
      }
    })
}

function isInContainer(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid')
  } catch {
    return true
  }
}

test('a file that the document carries is in the container when it starts', async () => {
  const script = 'cat /etc/app/settings; cat /second; exec sleep 1000'
  const configs = [{ source: 'settings', target: '/etc/app/settings', mode: 0o440 }, { source: 'second' }]
  const files = stack.files({ api: { script, more: { configs } } }, { variables: { NAME: 'world' } })
  const document = JSON.parse(files.document) as Record<string, unknown>
  const withConfigs = {
    ...files,
    document: JSON.stringify({
      ...document,
      configs: { settings: { content: 'hello $' + '{NAME}\n' }, second: { content: 'costs $$5\n' } },
    }),
  }
  const [api] = await stack.run(withConfigs, 'api')
  await expect.poll(() => stack.engine.logTail(api?.id ?? '', 5), { timeout: 10_000 }).toEqual(['hello world', 'costs $5'])
})

test('an image that is not there is named, and nothing half-made stays', async () => {
  const { engine, identity, stacksDir } = stack
  const files = stack.files({ api: {} })
  const missing = { ...files, overlay: files.overlay.replace('busybox:stable', 'kyozo/nobody/api:missing') }
  await engine.prepare(missing, [])
  await expect(engine.create({ files: missing, service: 'api', count: 2, withAlias: true })).rejects.toMatchObject({
    code: 'engine_refused',
    message: 'could not create a container of api: No such image: kyozo/nobody/api:missing',
    hint: 'the image is not on the engine: it was pruned, or it was never built or pulled',
  })
  expect((await engine.observe(identity, [])).containers).toEqual([])
  expect((await readdir(join(stacksDir, identity.project))).sort()).toEqual(['compose.kyozo.yaml', 'compose.overlay.yaml'])
})

test('a container that may do more than planned is removed before it runs', async () => {
  const { engine, identity } = stack
  const dangerous: readonly [Record<string, unknown>, string][] = [
    [{ privileged: true }, 'it is privileged'],
    [{ volumes: ['/:/host'] }, 'it mounts /'],
    [{ volumes: [{ type: 'bind', source: '/etc', target: '/host' }] }, 'it mounts /etc'],
    [{ security_opt: [] }, 'it may gain new privileges'],
    [{ security_opt: ['no-new-privileges:true', 'seccomp=unconfined'] }, 'it has the security option seccomp=unconfined'],
    [{ pid: 'host' }, 'it shares the processes of host'],
    [{ ipc: 'host' }, 'it shares the memory of host'],
    [{ devices: ['/dev/null:/dev/null'] }, 'it reaches a device of the machine'],
    [{ ports: ['0.0.0.0::9000'] }, 'it listens on 0.0.0.0 of the machine'],
  ]
  for (const [more, words] of dangerous) {
    const files = stack.files({ api: { more } })
    await engine.prepare(files, [])
    const created = engine.create({ files, service: 'api', count: 1, withAlias: true })
    await expect(created).rejects.toMatchObject({ code: 'engine_refused', message: expect.stringContaining(words) })
    expect((await engine.observe(identity, [])).containers).toEqual([])
  }
})

test('containers of one stack can be created at the same time', async () => {
  const { engine } = stack
  const files = stack.files({ a: {}, b: {}, c: {} })
  await engine.prepare(files, [])
  const created = await Promise.all(['a', 'b', 'c'].map((service) => engine.create({ files, service, count: 1, withAlias: true })))
  expect(created.flat().map((container) => container.service)).toEqual(['a', 'b', 'c'])
})

test('volumes without a name, memory file systems and namespaces of a sibling are no danger', async () => {
  const { engine } = stack
  const volumes = [{ type: 'volume', target: '/cache' }, '/short', { type: 'volume', source: 'data', target: '/data' }]
  const files = stack.files({
    api: { more: { volumes, tmpfs: ['/run:size=1m'] } },
    beside: { script: 'exec sleep 1000', more: { network_mode: 'service:api', pid: 'service:api' } },
    alone: { more: { network_mode: 'none' } },
  })
  const withoutPorts = { ...files, overlay: files.overlay.replaceAll('"ports":["127.0.0.1::8080"],', '') }
  await engine.prepare(withoutPorts, ['data'])
  const [api] = await stack.run(withoutPorts, 'api')
  const [beside] = await stack.run(withoutPorts, 'beside')
  const [alone] = await stack.run(withoutPorts, 'alone')
  expect([api, beside, alone].map((container) => [container?.state, container?.hasAlias])).toEqual([
    ['running', true],
    ['running', false],
    ['running', false],
  ])
  await engine.giveAlias(stack.identity, 'alone', [alone?.id ?? ''])
})

test('who lives in the namespace of a sibling joins its container that runs, and is started after it', async () => {
  const { engine } = stack
  const asleep = { script: 'exec sleep 1000' }
  const files = stack.files({ host: {}, guest: { ...asleep, more: { network_mode: 'service:host' } } })
  const plain = { ...files, overlay: files.overlay.replaceAll('"ports":["127.0.0.1::8080"],', '') }
  await engine.prepare(plain, [])
  const [old] = await stack.run(plain, 'host')
  await engine.stop([old!.id])
  const [host] = await stack.run(plain, 'host')
  const [guest] = await stack.run(plain, 'guest')
  expect(guest).toMatchObject({ state: 'running', livesIn: host!.id })
  await engine.stop([guest!.id, host!.id])
  await engine.start([guest!.id, host!.id])
  const { containers } = await engine.observe(stack.identity, [])
  expect(
    containers
      .filter(({ state }) => state === 'running')
      .map(({ id }) => id)
      .sort(),
  ).toEqual([guest!.id, host!.id].sort())
})
