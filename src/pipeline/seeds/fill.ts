// Fills the database of a preview with what it begins with, through the client in its own container.
import { setTimeout as delay } from 'node:timers/promises'
import type { Engine, StreamedResult } from '../../engine/engine.ts'
import { KyozoError } from '../../errors.ts'
import { tellingLine } from '../../health/words.ts'
import type { ClientCommand, DatabaseClient } from '../../stack/seeds/clients.ts'
import type { PlannedSeed } from '../../stack/seeds/plan-seeds.ts'
import type { StackService } from '../../stack/stack.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import type { RulingBranch } from '../pull-requests/ruling.ts'
import { slots } from '../slots.ts'
import { clientIn } from './client-in.ts'
import { copyTemplate } from './copy-template.ts'
import { dumpBytes, readDump } from './dump.ts'
import { seedLimitBytes, sizeWords, tooMuch } from './size.ts'

export interface Filling {
  /** Fenced by the release's lease. */
  readonly engine: Engine
  readonly seed: PlannedSeed
  readonly spec: StackService
  readonly container: string
  readonly ruling: RulingBranch
}

/** A dump is held in memory while it is loaded: more of them at once would take the machine's. */
const inSlot = slots(4)
const deadlineMs = 10 * 60_000

export async function fill(attempt: Attempt, kyozo: Kyozo, filling: Filling): Promise<void> {
  const { engine, seed, spec, container } = filling
  const [observed] = await engine.inspect([container])
  if (observed === undefined) throw goneMeanwhile(spec)
  const client = clientIn(observed, seed.kind, spec)
  attempt.redactAlso(client.load.password === undefined ? [] : [client.load.password])
  await within(attempt, { ms: spec.healthDeadlineMs, seed }, (signal) => untilItAnswers(attempt, client, { ...filling, signal }))
  const turn = { team: attempt.workspace.teamId, signal: attempt.signal }
  await inSlot(async () => {
    const start = performance.now()
    const bytes = await within(attempt, { ms: deadlineMs, seed }, (signal) => load(attempt, kyozo, { ...filling, client, signal }))
    attempt.say(`Seeded ${seed.service} from ${seed.source} (${sizeWords(bytes)}, ${((performance.now() - start) / 1000).toFixed(1)} s)`)
  }, turn)
}

interface Limit {
  readonly ms: number
  readonly seed: PlannedSeed
}

/** What runs in the container by then is not ended, and goes with the container. */
async function within<T>(attempt: Attempt, { ms, seed }: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(tooLong(seed, ms)), ms)
  try {
    return await work(AbortSignal.any([attempt.signal, limit.signal]))
  } finally {
    clearTimeout(timer)
  }
}

type Signalled = Filling & { readonly signal: AbortSignal }

const betweenAsksMs = 500
/** Before the end of the time, so that what it says is heard. */
const lastAskMs = 2_000
/** There is no such program in the image, or nobody may run it. */
const cannotRun = new Set([126, 127])

/** A check that asks on a socket is content with the server that an image makes its data with, and that ends again. */
async function untilItAnswers(
  attempt: Attempt,
  { ask }: DatabaseClient,
  { engine, seed, spec, container, signal }: Signalled,
): Promise<void> {
  const until = performance.now() + spec.healthDeadlineMs - lastAskMs
  for (;;) {
    const result = await engine.stream(container, { ...ask, signal })
    if (result.exitCode === 0) return
    if (performance.now() > until || cannotRun.has(result.exitCode)) throw failed(attempt, seed, result)
    await delay(betweenAsksMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** The bytes that went into it. */
async function load(
  attempt: Attempt,
  kyozo: Kyozo,
  { engine, seed, container, ruling, client, signal }: Signalled & { readonly client: DatabaseClient },
): Promise<number> {
  let bytes = 0
  const into = async (command: ClientCommand, input: AsyncIterable<Buffer>) => {
    const result = await engine.stream(container, { ...command, input: counted(input, seed, (size) => (bytes += size)), signal })
    if (result.exitCode !== 0 || !result.hasReadAll) throw failed(attempt, seed, result)
  }
  if ('template' in seed.from) await copyTemplate(attempt, { ...kyozo, engine, seed, signal }, (input) => into(client.restore, input))
  else await into(client.load, dumpBytes(await readDump(attempt, kyozo, { seed, ruling })))
  return bytes
}

async function* counted(input: AsyncIterable<Buffer>, seed: PlannedSeed, count: (size: number) => number): AsyncGenerator<Buffer> {
  for await (const bytes of input) {
    if (count(bytes.length) > seedLimitBytes) throw tooMuch(seed)
    yield bytes
  }
}

const saidLines = 20

/** What the client printed goes into the release's log; the line that says most is the verdict's. */
function failed(attempt: Attempt, { service, source, from }: PlannedSeed, { output, exitCode }: StreamedResult): KyozoError {
  // Before anything is cut to fit: half a secret is found by no redaction afterwards.
  const lines = output.split('\n').map((line) => attempt.redact(line.replace(/^psql:(?:<stdin>|-):(\d+):/, 'line $1:')))
  // What a client says of a copy may hold rows of another environment.
  const isCopy = 'template' in from
  for (const line of isCopy ? [] : lines.slice(-saidLines)) if (line !== '') attempt.sayBuild(service, line)
  const said =
    (isCopy ? undefined : tellingLine(lines)) ??
    (exitCode === 0 ? 'it ended before it had read everything' : `it ended with code ${exitCode}`)
  return new KyozoError('seed_failed', `${service} could not be seeded from ${source}: ${said}`, {
    hint: `${'dump' in from ? `correct ${source}` : 'see that both run the same version of the database'}, then comment /kyozo deploy: it begins with a new, empty database`,
  })
}

function tooLong({ service, source }: PlannedSeed, ms: number): KyozoError {
  return new KyozoError('seed_failed', `${service} could not be seeded from ${source} within ${Math.round(ms / 1000)} s`, {
    service,
    hint: 'seed previews with less data',
  })
}

function goneMeanwhile({ name }: StackService): KyozoError {
  return new KyozoError('engine_refused', `the container of ${name} was removed while it was seeded`, {
    hint: 'kyozo makes it again',
    retryable: true,
  })
}
