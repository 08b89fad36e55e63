// From one database into another. Whoever gives it waits for nobody: while its client runs it holds locks, and nothing that a preview does, or leaves
// undone, may make that last. So all of it is taken first, into a file without a name, and given on then.
import path from 'node:path'
import { Readable } from 'node:stream'
import type { Config } from '../../config.ts'
import type { Engine } from '../../engine/engine.ts'
import { KyozoError } from '../../errors.ts'
import { tellingLine } from '../../health/words.ts'
import { endingWithInput } from '../../stack/seeds/ending-with-input.ts'
import type { PlannedSeed } from '../../stack/seeds/plan-seeds.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import { seedLimitBytes, tooMuch } from './size.ts'
import { openSpool, type Spool } from './spool.ts'
import { templateOf } from './template.ts'

export interface Copying extends Pick<Kyozo, 'db' | 'instance'> {
  readonly config: Pick<Config, 'dataDir'>
  /** Fenced by the release's lease. */
  readonly engine: Engine
  readonly seed: PlannedSeed
  readonly signal: AbortSignal
}

/** Half of it is never taken for the whole. */
export async function copyTemplate(
  attempt: Attempt,
  copying: Copying,
  into: (input: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const spool = await openSpool(path.join(copying.config.dataDir, 'spool')).catch(noRoom(copying.seed))
  try {
    await take(attempt, copying, spool)
    await into(spool.read())
  } finally {
    await spool.close()
  }
}

async function take(attempt: Attempt, copying: Copying, spool: Spool): Promise<void> {
  const { engine, seed, signal } = copying
  const { container, dump } = await templateOf(attempt, copying)
  attempt.redactAlso(dump.password === undefined ? [] : [dump.password])
  let size = 0
  const write = async (bytes: Buffer) => {
    size += bytes.length
    if (size > seedLimitBytes) throw tooMuch(seed)
    await spool.write(bytes).catch(noRoom(seed))
  }
  // Nothing comes on its input, which stays open as long as somebody takes what it prints.
  const input = new Readable({ read: () => undefined })
  const given = await engine.stream(container, { ...endingWithInput(dump), input, take: write, signal })
  if (given.exitCode !== 0) throw notGiven(attempt, seed, given)
}

function noRoom({ service, source }: PlannedSeed): (error: unknown) => never {
  return (error) => {
    throw new KyozoError('seed_failed', `${service} of ${source} could not be copied: the disk of kyozo takes no more (${String(error)})`, {
      service,
      hint: 'make room in the data directory of kyozo, or seed previews with less data',
    })
  }
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
