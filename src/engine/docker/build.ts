// Builds an image with Buildx from a tar stream. What keeps a build in bounds: a deadline, after which the client is killed and BuildKit
// cancels; and a limit on the private memory of each process of a RUN step (`--ulimit data`), which is what the builder inside the engine
// offers: it knows no limit for a build as a whole.
import { KyozoError } from '../../errors.ts'
import type { BuildRequest } from '../engine.ts'
import { buildFailure, buildOutput } from './build-output.ts'
import { runDocker } from './client.ts'
import type { DockerContext } from './context.ts'
import { fetchWatch } from './fetch-watch.ts'
import { label, labelsOf } from './labels.ts'

/** So long nothing comes from a registry that a build waits for, before it is given up; what comes slowly comes. */
const fetchStallMs = 60_000

export async function buildImage(
  context: DockerContext,
  request: BuildRequest,
  limits: { readonly fetchStallMs: number } = { fetchStallMs },
): Promise<void> {
  const stall = watchForStall(request.service, limits.fetchStallMs)
  const output = buildOutput((line) => {
    stall.take(line)
    request.onLine(line)
  })
  try {
    const result = await runDocker(context, {
      args: buildArguments(request),
      input: request.context,
      deadlineMs: request.deadlineMs,
      onStdout: output.add,
      onStderr: output.add,
      outputLimitBytes: 64 * 1024,
      signal: request.signal === undefined ? stall.signal : AbortSignal.any([stall.signal, request.signal]),
    })
    output.end()
    if (result.exitCode !== 0) throw buildFailure(request.service, output.lines())
  } catch (error) {
    throw stall.signal.aborted ? stall.signal.reason : asBuildError(error, request)
  } finally {
    stall.close()
    request.context.destroy()
  }
}

interface StallWatch {
  readonly signal: AbortSignal
  take(line: string): void
  close(): void
}

/** Aborts with `pull_failed` when a build waits for a registry alone and hears nothing of it for so long. */
function watchForStall(service: string, afterMs: number): StallWatch {
  const watch = fetchWatch()
  const stalled = new AbortController()
  const look = () => {
    const image = watch.fetching()
    if (image === undefined) return
    const words = `could not build ${service}: its base image ${image} could not be fetched: nothing came for ${afterMs / 1000} s`
    stalled.abort(new KyozoError('pull_failed', words, { hint: 'the registry did not answer', retryable: true, service }))
  }
  const timer = setInterval(look, afterMs)
  return {
    signal: stalled.signal,
    take(line) {
      watch.take(line)
      timer.refresh()
    },
    close: () => clearInterval(timer),
  }
}

function buildArguments(request: BuildRequest): readonly string[] {
  const labels = { ...labelsOf(request.identity), [label.service]: request.service, [label.image]: request.image }
  return [
    'buildx',
    'build',
    '--file=Dockerfile.kyozo',
    `--tag=${request.image}`,
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...Object.entries(request.args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
    ...(request.isOffline ? ['--network=none'] : []),
    `--ulimit=data=${request.memoryLimitBytes}`,
    '--provenance=false',
    '--progress=plain',
    '--load',
    '-',
  ]
}

function asBuildError(error: unknown, request: BuildRequest): unknown {
  const { service, signal, deadlineMs } = request
  if (signal?.aborted)
    return signal.reason instanceof KyozoError
      ? signal.reason
      : new KyozoError('superseded', `the build of ${service} was stopped`, { service, cause: error })
  if (!(error instanceof KyozoError))
    return new KyozoError('build_failed', `could not build ${service}: ${String(error)}`, { service, cause: error })
  if (error.code !== 'child_timed_out') return error
  return new KyozoError('build_timed_out', `building ${service} did not end within ${deadlineMs / 1000} s and was stopped`, {
    hint: 'make the build faster, or let it take longer',
    service,
    cause: error,
  })
}
