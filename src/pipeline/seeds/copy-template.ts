// From one database into another as it is read: nothing of it is kept here but what is on its way.
import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import type { Engine } from '../../engine/engine.ts'
import { KyozoError } from '../../errors.ts'
import { tellingLine } from '../../health/words.ts'
import type { PlannedSeed } from '../../stack/seeds/plan-seeds.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import { templateOf } from './template.ts'

export interface Copying extends Pick<Kyozo, 'db' | 'instance'> {
  /** Fenced by the release's lease. */
  readonly engine: Engine
  readonly seed: PlannedSeed
  readonly signal: AbortSignal
}

/** The end of the data is told to who takes it only when all of it was given: half of it is never taken for the whole. */
export async function copyTemplate(
  attempt: Attempt,
  copying: Copying,
  into: (input: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const { engine, seed, signal } = copying
  const { container, dump } = await templateOf(attempt, copying)
  attempt.redactAlso(dump.password === undefined ? [] : [dump.password])
  const between = new PassThrough()
  // Heard by who reads from it; nobody may when it fails.
  between.on('error', () => undefined)
  const over = new AbortController()
  const taking = into(between as AsyncIterable<Buffer>).finally(() => over.abort())
  taking.catch(() => undefined)
  const take = async (bytes: Buffer) => {
    over.signal.throwIfAborted()
    if (!between.write(bytes)) await once(between, 'drain', { signal: over.signal })
  }
  const { command, environment = {}, input = '' } = dump
  const giving = { command, environment, input: Readable.from([Buffer.from(input)]), take, signal: AbortSignal.any([signal, over.signal]) }
  try {
    const { exitCode, output } = await engine.stream(container, giving)
    if (exitCode !== 0) throw notGiven(attempt, seed, { exitCode, output })
    between.end()
  } catch (error) {
    // Where the taker has ended by itself, that it did is why.
    if (over.signal.aborted) await taking
    between.destroy(error instanceof KyozoError ? error : new KyozoError('internal', String(error), { cause: error }))
    await taking.catch(() => undefined)
    throw error
  }
  await taking
}

/** What a database in use says of itself is nothing for a comment below a pull request, but for one line. */
function notGiven(
  attempt: Attempt,
  { service, source }: PlannedSeed,
  { exitCode, output }: { readonly exitCode: number; readonly output: string },
): KyozoError {
  const said = tellingLine(output.split('\n').map(attempt.redact)) ?? `it ended with code ${exitCode}`
  return new KyozoError('seed_failed', `${service} of ${source} could not be copied: ${said}`, {
    service,
    hint: `look at ${service} of ${source}; it was only read from`,
  })
}
