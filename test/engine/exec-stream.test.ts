// Commands in containers with streams at both ends, and the volumes that they fill.
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { clientOf } from '../../src/stack/seeds/clients.ts'
import { type TestStack, testStack } from '../support/stacks.ts'
import { until } from '../support/until.ts'

const { signal } = new AbortController()

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

async function busybox(): Promise<string> {
  const [container] = await stack.run(stack.files({ api: { script: 'exec sleep 600' } }), 'api')
  return container!.id
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text)
}

test('what goes in comes out whole, however much it is, and the container’s own variables are there beside those given', async () => {
  const id = await busybox()
  const sent = Array.from({ length: 200 }, (_, at) => String(at % 10).repeat(64 * 1024))
  const taken = createHash('sha256')
  let bytes = 0
  const take = async (piece: Buffer) => {
    bytes += piece.length
    taken.update(piece)
  }
  const result = await stack.engine.stream(id, { command: ['cat'], input: pieces(...sent), take, signal })
  expect(result).toEqual({ exitCode: 0, output: '', hasReadAll: true })
  expect(bytes).toBe(200 * 64 * 1024)
  expect(taken.digest('hex')).toBe(createHash('sha256').update(sent.join('')).digest('hex'))
  const told = await stack.engine.stream(id, {
    command: ['sh', '-c', 'echo $SEED; echo oh >&2; exit 3'],
    environment: { SEED: 'green' },
    signal,
  })
  expect(told).toMatchObject({ exitCode: 3 })
  expect(told.output.split('\n').sort()).toEqual(['green', 'oh'])
})

test('a command that ends before it has read everything says so, and nobody waits for the rest', async () => {
  const id = await busybox()
  const endless = async function* () {
    for (;;) yield Buffer.alloc(64 * 1024)
  }
  const result = await stack.engine.stream(id, { command: ['head', '-c', '10'], input: endless(), take: async () => undefined, signal })
  expect(result).toEqual({ exitCode: 0, output: '', hasReadAll: false })
})

test('what breaks on the way in or out ends it with its own words, and so does the end of patience', async () => {
  const id = await busybox()
  const broken = async function* () {
    yield Buffer.from('one')
    throw new KyozoError('seed_failed', 'the file is torn')
  }
  await expect(stack.engine.stream(id, { command: ['cat'], input: broken(), signal })).rejects.toMatchObject({
    message: 'the file is torn',
  })
  const full = async () => {
    throw new KyozoError('seed_failed', 'it is too much')
  }
  await expect(stack.engine.stream(id, { command: ['yes'], take: full, signal })).rejects.toMatchObject({ message: 'it is too much' })
  const patience = new AbortController()
  const waiting = stack.engine.stream(id, { command: ['sleep', '60'], signal: patience.signal })
  patience.abort(new KyozoError('seed_failed', 'it took too long'))
  await expect(waiting).rejects.toMatchObject({ message: 'it took too long' })
})

test('a volume is told from another of its name, and goes with who mounts it only where it says that it may', async () => {
  const { engine, identity } = stack
  const files = stack.files({ api: { script: 'exec sleep 600', more: { volumes: ['data:/data'] } } })
  expect(await engine.volumeMark(identity, 'data')).toBeUndefined()
  await engine.prepare(files, ['data'])
  const mark = await engine.volumeMark(identity, 'data')
  expect(mark).toMatch(/^[0-9a-f-]{36}$/)
  await expect(engine.discardVolume(identity, 'data')).rejects.toMatchObject({ message: expect.stringContaining('is left alone') })
  expect(await engine.volumeMark(identity, 'data')).toBe(mark)
  await engine.removeStack(identity)
  await stack.docker.getVolume(`${identity.project}_data`).remove()

  const transient = { ...files, identity: { ...identity, isTransient: true } as const }
  await engine.prepare(transient, ['data'])
  const [created] = await engine.create({ files: transient, service: 'api', count: 1, withAlias: true })
  await engine.start([created!.id])
  await engine.discardVolume(transient.identity, 'data')
  expect(await engine.inspect([created!.id])).toEqual([])
  expect(await engine.volumeMark(identity, 'data')).toBeUndefined()
  await engine.discardVolume(transient.identity, 'data')
  await engine.prepare(transient, ['data'])
  expect(await engine.volumeMark(identity, 'data')).not.toBe(mark)
  await engine.discardVolume(transient.identity, 'data')
})

const environment = { POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'app' }
/** To give the data folder to its user, and to become that. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID']

/** As kyozo runs one: waits until the real server answers. */
async function postgres(files: ReturnType<TestStack['files']>, service: string): Promise<string> {
  const [container] = await stack.run(files, service)
  const client = clientOf('postgres', { environment, address: null })
  await until(`${service} to answer`, async () => (await stack.engine.stream(container!.id, { ...client.ask, signal })).exitCode === 0)
  return container!.id
}

test('a PostgreSQL takes a dump whole or not at all, says in one line why not, and fills another with what it holds', async () => {
  const { engine } = stack
  const image = { labels: {}, more: { command: ['postgres'], environment, cap_add: capabilities, mem_limit: '256m' } }
  const files = asPostgres(stack.files({ one: image, two: image }))
  const [one, two] = await Promise.all([postgres(files, 'one'), postgres(files, 'two')])
  const client = clientOf('postgres', { environment, address: null })
  const wrong = 'create table visit (who text);\ninsert into visit values (1);\ninsert into nowhere values (1);\n'
  const refused = await engine.stream(one, { ...client.load, input: pieces(wrong), signal })
  expect(refused).toMatchObject({
    exitCode: 3,
    output: expect.stringMatching(/^psql:.*:3: ERROR: {2}relation "nowhere" does not exist.*$/),
  })
  const right = "create table visit (who text);\ninsert into visit values ('ada'),\n('mona');\n"
  expect(await engine.stream(one, { ...client.load, input: pieces(right), signal })).toEqual({ exitCode: 0, output: '', hasReadAll: true })
  const copy: Buffer[] = []
  const take = async (bytes: Buffer) => void copy.push(bytes)
  const { command } = client.dump!
  expect(await engine.stream(one, { command, environment: client.dump!.environment!, take, signal })).toMatchObject({ exitCode: 0 })
  expect(await engine.stream(two, { ...client.restore, input: pieces(Buffer.concat(copy).toString()), signal })).toMatchObject({
    exitCode: 0,
  })
  const rows = ['psql', '-U', 'app', '-tA', '-c', "select string_agg(who, ' ' order by who) from visit"]
  expect((await engine.stream(two, { command: rows, signal })).output).toBe('ada mona')
})

/** The overlay of the tests' stacks names BusyBox. */
function asPostgres(files: ReturnType<TestStack['files']>): ReturnType<TestStack['files']> {
  return { ...files, overlay: files.overlay.replaceAll('busybox:stable', 'postgres:16').replaceAll('8080', '5432') }
}
