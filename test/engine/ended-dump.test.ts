// A dump that nobody takes any more lets the database go, even where it waits for somebody else's lock and prints nothing.
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientOf, type SeededKind } from '../../src/stack/seeds/clients.ts'
import { endingWithInput } from '../../src/stack/seeds/ending-with-input.ts'
import { type TestStack, testStack } from '../support/stacks.ts'
import { until } from '../support/until.ts'

const { signal } = new AbortController()

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

interface Database {
  readonly image: string
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
  readonly fill: string
  /** Keeps everybody else from the table two. */
  readonly hold: string
  /** How many do that. */
  readonly holders: string
  /** Ends them. */
  readonly release: string
  /** How many dumps wait for them. */
  readonly dumps: string
}

test('a command that is ended so reads what it is given, and prints and ends as without that', async () => {
  const [container] = await stack.run(stack.files({ api: { script: 'exec sleep 600' } }), 'api')
  const printed: Buffer[] = []
  const take = async (bytes: Buffer) => void printed.push(bytes)
  const command = ['sh', '-c', 'cat; echo " $1 $KYOZO_SEED_INPUT"; echo oh >&2; exit 3', 'sh', "it's $all"]
  const input = new Readable({ read: () => undefined })
  const ended = await stack.engine.stream(container!.id, {
    ...endingWithInput({ command, input: '{"password":"a %s \\n b"}' }),
    ...{ input, take, signal },
  })
  expect(ended).toMatchObject({ exitCode: 3, output: 'oh' })
  expect(Buffer.concat(printed).toString()).toBe('{"password":"a %s \\n b"} it\'s $all \n')
})

const databases = {
  postgres: {
    image: 'postgres:16',
    program: 'postgres',
    environment: { POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'secret' },
    fill: "create table one as select repeat('x', 1000) from generate_series(1, 20000); create table two as select 1;",
    hold: 'begin; lock table two; select pg_sleep(600);',
    holders: "select 'count:' || count(*) from pg_stat_activity where wait_event = 'PgSleep';",
    release: "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep';",
    dumps: "select 'count:' || count(*) from pg_stat_activity where application_name = 'pg_dump' and wait_event_type = 'Lock';",
  },
  mariadb: {
    image: 'mariadb:11',
    program: 'mariadbd',
    environment: { MARIADB_ROOT_PASSWORD: 'secret', MARIADB_DATABASE: 'app' },
    fill: "create table one as select repeat('x', 1000) from seq_1_to_20000; create table two as select 1;",
    hold: 'lock tables two write; select sleep(600);',
    holders: "select concat('count:', count(*)) from information_schema.processlist where state = 'User sleep';",
    release:
      "select concat('kill ', id) into @kill from information_schema.processlist where state = 'User sleep'; execute immediate @kill;",
    dumps: "select concat('count:', count(*)) from information_schema.processlist where state = 'Waiting for table metadata lock';",
  },
} satisfies Readonly<Partial<Record<SeededKind, Database>>>

async function started(kind: keyof typeof databases) {
  const { image, program, environment } = databases[kind]
  const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID']
  // The server is the first process of its container, as where nobody asks for another.
  const more = { command: [program], environment, cap_add: capabilities, mem_limit: '400m', init: false }
  const files = stack.files({ db: { more } })
  const [container] = await stack.run({ ...files, overlay: files.overlay.replaceAll('busybox:stable', image) }, 'db')
  const { id } = container!
  const client = clientOf(kind, { environment, address: null })
  await until(`${kind} to answer`, async () => (await stack.engine.stream(id, { ...client.ask, signal })).exitCode === 0)
  const sql = (statements: string) => stack.engine.stream(id, { ...client.load, input: Readable.from([Buffer.from(statements)]), signal })
  return {
    id,
    sql,
    untilCounted: (statement: string, count: number) =>
      until(`${count} of ${statement}`, async () => (await sql(statement)).output.includes(`count:${count}`), { deadlineMs: 10_000 }),
    dump: (until: AbortSignal, take: (bytes: Buffer) => Promise<void>) =>
      stack.engine.stream(id, {
        ...endingWithInput(client.dump!),
        input: new Readable({ read: () => undefined }),
        take,
        signal: until,
      }),
  }
}

test.each(['postgres', 'mariadb'] as const)(
  'a dump of %s is whole, and one that waits for a lock ends with whoever takes it, and holds nothing any more',
  async (kind) => {
    const { fill, hold, holders, release, dumps } = databases[kind]
    const { id, sql, untilCounted, dump } = await started(kind)
    expect(await sql(fill)).toMatchObject({ exitCode: 0 })
    let size = 0
    const take = async (bytes: Buffer) => {
      size += bytes.length
    }
    expect(await dump(signal, take)).toMatchObject({ exitCode: 0, output: '' })
    expect(size).toBeGreaterThan(20_000_000)

    const holding = sql(hold)
    await untilCounted(holders, 1)
    const patience = new AbortController()
    const ended = dump(patience.signal, take).catch((error: Error) => error.message)
    await untilCounted(dumps, 1)
    patience.abort()
    expect(await ended).toContain('stopped before it could')
    await untilCounted(dumps, 0)
    // Whoever it waited for was not what ended it.
    await untilCounted(holders, 1)
    await sql(release)
    await holding

    // What ended was taken for no crash of the server's own.
    expect(await sql('drop table one;')).toMatchObject({ exitCode: 0 })
    expect((await stack.engine.logTail(id, 200)).join('\n')).not.toMatch(/terminating any other active server processes|crash/i)
  },
)
