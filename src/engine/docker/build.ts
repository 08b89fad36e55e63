// Builds an image with Buildx from a tar stream. What keeps a build in bounds: a deadline, after which the client is killed and BuildKit
// cancels; and a limit on the private memory of each process of a RUN step (`--ulimit data`), which is what the builder inside the engine
// offers: it knows no limit for a build as a whole.
import { KyozoError } from '../../errors.ts'
import type { BuildRequest } from '../engine.ts'
import { buildFailure, buildOutput } from './build-output.ts'
import { runDocker } from './client.ts'
import type { DockerContext } from './context.ts'
import { label, labelsOf } from './labels.ts'

export async function buildImage(context: DockerContext, request: BuildRequest): Promise<void> {
  const output = buildOutput(request.onLine)
  try {
    const result = await runDocker(context, {
      args: buildArguments(request),
      input: request.context,
      deadlineMs: request.deadlineMs,
      onStdout: output.add,
      onStderr: output.add,
      outputLimitBytes: 64 * 1024,
      ...(request.signal ? { signal: request.signal } : {}),
    })
    output.end()
    if (result.exitCode !== 0) throw buildFailure(request.service, output.lines())
  } catch (error) {
    throw asBuildError(error, request)
  } finally {
    request.context.destroy()
  }
}

function buildArguments(request: BuildRequest): readonly string[] {
  const labels = { ...labelsOf(request.identity), [label.service]: request.service }
  return [
    'buildx',
    'build',
    '--file=Dockerfile.kyozo',
    `--tag=${request.image}`,
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...Object.entries(request.args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
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
