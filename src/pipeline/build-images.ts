// Builds and pulls side by side within the caps on count, memory and time. An image that exists under its content key is never built again.
import { cacheNamespace, productionName } from '../environment-names.ts'
import { KyozoError } from '../errors.ts'
import { buildContext } from '../git/build-context.ts'
import { tellingBuildLine } from '../health/words.ts'
import type { Operation } from '../reconcile/plan.ts'
import { rankOf, ranks } from '../release/priority.ts'
import type { StackSpec } from '../stack/stack.ts'
import { rewriteCacheIds } from '../topology/dockerfile/rewrite-cache-ids.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { allOrFailures } from './outcomes.ts'
import type { BuildSource } from './prepare.ts'
import { slots, type Turn } from './slots.ts'

type ImageOperation = Extract<Operation, { kind: 'build' | 'pull' }>

/** Across all environments of this process: the machine is one. */
let machineSlots: ReturnType<typeof slots> | undefined

/** Resolves with the milliseconds that each build took, by service. */
export async function buildImages(
  attempt: Attempt,
  kyozo: Kyozo,
  work: { readonly source: () => Promise<BuildSource>; readonly stack: StackSpec; readonly operations: readonly Operation[] },
): Promise<ReadonlyMap<string, number>> {
  const builtAfterMs = new Map<string, number>()
  machineSlots ??= slots(kyozo.config.concurrentBuilds)
  const inSlot = machineSlots
  const images = work.operations.filter((operation): operation is ImageOperation => operation.kind === 'build' || operation.kind === 'pull')
  const turn = {
    rank: ranks.indexOf(rankOf({ options: attempt.release.options, environment: attempt.environment }, productionName)),
    team: attempt.release.teamId,
    signal: attempt.signal,
  }
  const room = kyozo.disk.watch()
  const signal = AbortSignal.any([attempt.signal, room.signal])
  const make = async (operation: ImageOperation) => {
    // What runs needs room to write more than a new image does.
    await kyozo.disk.assertRoom().catch((error: unknown) => Promise.reject(about(operation.service, error)))
    if (operation.kind === 'build') await build(attempt, kyozo, { ...work, operation, builtAfterMs, signal })
    else await pull(attempt, kyozo, { operation, signal })
  }
  const pullInTurn = pullsInTurn(make)
  try {
    await allOrFailures(
      images.map((operation) =>
        // A pull takes the machine little, and one that hangs must hold up no build.
        operation.kind === 'pull' ? pullInTurn(operation, turn) : inSlot(() => make(operation), turn),
      ),
    )
  } finally {
    room.close()
  }
  return builtAfterMs
}

/** A registry has as many places for a team, and soon refuses whoever finds none: what a release waits for should not be its own pulls. */
const pullsAtOnce = 2

function pullsInTurn(make: (operation: ImageOperation) => Promise<void>): (operation: ImageOperation, turn: Turn) => Promise<void> {
  const inSlot = slots(pullsAtOnce)
  let refusal: KyozoError | undefined
  const unlessRefused = async (operation: ImageOperation) => {
    // Where one found no way, each of the others would wait for the same.
    if (refusal !== undefined) throw refusal
    try {
      await make(operation)
    } catch (error) {
      if (error instanceof KyozoError && error.retryAfterSeconds !== undefined) refusal = error
      throw error
    }
  }
  return (operation, turn) => inSlot(() => unlessRefused(operation), turn)
}

async function build(
  attempt: Attempt,
  kyozo: Kyozo,
  work: {
    readonly source: () => Promise<BuildSource>
    readonly stack: StackSpec
    readonly operation: ImageOperation
    readonly builtAfterMs: Map<string, number>
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { service, image } = work.operation
  const input = work.stack.services.find((candidate) => candidate.name === service)?.build
  if (input === undefined) throw new KyozoError('internal', `the plan builds ${service}, which the stack does not`, { service })
  attempt.signal.throwIfAborted()
  await attempt.assertHeld()
  const { reader, listing } = await work.source()
  const start = performance.now()
  try {
    await kyozo.engine.build({
      identity: attempt.identity,
      service,
      image,
      args: input.args,
      context: buildContext(reader, {
        listing,
        context: input.context,
        files: input.files,
        dockerfile: rewriteCacheIds(input.dockerfile, cacheNamespace(kyozo.instance, cacheOwner(attempt))),
      }),
      memoryLimitBytes: kyozo.config.buildMemoryBytes,
      ...boundsOf(attempt, kyozo.config),
      signal: work.signal,
      onLine: (line) => attempt.sayBuild(service, line),
      ...(input.target === undefined ? {} : { target: input.target }),
    })
  } catch (error) {
    throw about(service, inFewWords(service, error))
  }
  work.builtAfterMs.set(service, performance.now() - start)
  attempt.say(`Built ${service} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
}

/** Of what nobody of the team wrote. */
const forkBuildMs = 5 * 60_000

function boundsOf({ environment }: Attempt, { buildDeadlineMs, forkBuildsAreOffline }: Kyozo['config']) {
  if (environment.trust !== 'fork') return { deadlineMs: buildDeadlineMs }
  return { deadlineMs: Math.min(buildDeadlineMs, forkBuildMs), isOffline: forkBuildsAreOffline }
}

/** What a fork's build leaves in a cache is read by its own builds only. */
function cacheOwner({ workspace, environment }: Attempt): string {
  return environment.trust === 'fork' ? `${workspace.name}.fork.${environment.name}` : workspace.name
}

/** The log has the whole output; a commit status has 140 characters. */
function inFewWords(service: string, error: unknown): unknown {
  if (!(error instanceof KyozoError) || error.code !== 'build_failed') return error
  const [step = '', ...output] = error.message.split('\n')
  // A step that printed nothing, such as a COPY of what is not there, says by itself what is wrong.
  const telling = tellingBuildLine(output) ?? step.replace(`building ${service} failed at `, '')
  return new KyozoError('build_failed', `${service} did not build: ${telling}`, {
    service,
    hint: `${step.slice(0, stepCharacters)}; the release’s log has every line`,
    cause: error,
  })
}

const stepCharacters = 160

async function pull(
  attempt: Attempt,
  kyozo: Kyozo,
  { operation, signal }: { readonly operation: ImageOperation; readonly signal: AbortSignal },
): Promise<void> {
  await attempt.assertHeld()
  try {
    await kyozo.engine.pull(operation.image, { team: attempt.release.teamId, signal })
  } catch (error) {
    throw about(operation.service, error)
  }
  attempt.say(`Pulled ${operation.image} for ${operation.service}`)
}

/** The engine names the image; the person knows the service. */
export function about(service: string, error: unknown): unknown {
  if (!(error instanceof KyozoError) || error.service !== undefined || error.code === 'superseded' || error.code === 'lease_lost')
    return error
  return new KyozoError(error.code, error.message, {
    service,
    retryable: error.retryable,
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  })
}
