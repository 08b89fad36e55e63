// Creates containers with the Compose program, which knows the compose format best; everything after their creation is done through the API.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { KyozoError } from '../../errors.ts'
import type { ObservedContainer } from '../../reconcile/plan.ts'
import type { ComposeFiles, CreateRequest } from '../engine.ts'
import { placeContainers } from './alias.ts'
import { allEnded } from './all-ended.ts'
import { runDocker } from './client.ts'
import { fillConfigs } from './configs.ts'
import { ask, type DockerContext } from './context.ts'
import { readServiceModel } from './document.ts'
import { refusal } from './errors.ts'
import { composeLabel, label } from './labels.ts'
import { inspectOwned, listContainers, nameOf, observeContainers } from './observe.ts'
import { dangersOf } from './verify.ts'

/** Creating a container takes a tenth of a second; a hundred on a busy machine take some. */
const composeDeadlineMs = 120_000

/** Creates the containers, or none: whatever goes wrong on the way, the new ones are removed again. */
export async function createContainers(context: DockerContext, request: CreateRequest): Promise<readonly ObservedContainer[]> {
  const before = await containersOf(context, request)
  const paths = await writeFiles(context, request.files)
  try {
    await composeUp(context, request, { paths, scale: before.length + request.count })
    const created = (await containersOf(context, request)).filter((id) => !before.includes(id))
    await verify(context, request, created)
    await fillConfigs(context, request, { paths, containers: created })
    const visibility = request.withAlias ? 'named' : 'hidden'
    await placeContainers(context, { identity: request.files.identity, service: request.service, visibility }, created)
    return await observeContainers(context, created)
  } catch (error) {
    await discard(context, request, before)
    throw error
  }
}

/** Every container that Compose counts for the service's scale. Throws when the project's name is used by somebody else. */
async function containersOf(context: DockerContext, { files, service }: CreateRequest): Promise<readonly string[]> {
  const { project } = files.identity
  const listed = await listContainers(context, [`${composeLabel.project}=${project}`])
  const counted = listed.filter((container) => container.Labels[composeLabel.oneOff] !== 'True')
  const foreign = counted.find((container) => container.Labels[label.instance] !== context.instance)
  if (foreign)
    throw new KyozoError('engine_refused', `the compose project ${project} holds a container that does not belong to this kyozo`, {
      hint: `remove or rename ${foreign.Names[0]?.replace(/^\//, '') ?? foreign.Id}, or rename the workspace`,
      service,
    })
  return counted.filter((container) => container.Labels[composeLabel.service] === service).map((container) => container.Id)
}

export interface ComposePaths {
  readonly directory: string
  readonly document: string
  readonly overlay: string
}

function stackDirectory(context: DockerContext, files: ComposeFiles): string {
  return resolve(context.stacksDir, files.identity.project)
}

/** A reader never sees half a file: people run Compose on these too. */
async function writeFiles(context: DockerContext, files: ComposeFiles): Promise<ComposePaths> {
  const directory = stackDirectory(context, files)
  const paths = { directory, document: join(directory, 'compose.kyozo.yaml'), overlay: join(directory, 'compose.overlay.yaml') }
  try {
    await mkdir(directory, { recursive: true })
    await allEnded([writeWhole(paths.document, files.document), writeWhole(paths.overlay, files.overlay)])
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new KyozoError(code === 'ENOSPC' ? 'disk_full' : 'internal', `could not write the compose files of a stack: ${message}`, {
      hint: `look at ${directory}`,
      cause: error,
    })
  }
  return paths
}

async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`
  await writeFile(partial, text, { mode: 0o600 })
  await rename(partial, path)
}

interface Up {
  readonly paths: ComposePaths
  readonly scale: number
}

async function composeUp(context: DockerContext, { files, service }: CreateRequest, { paths, scale }: Up): Promise<void> {
  const options = ['--no-start', '--no-recreate', '--no-deps', '--no-build', '--pull', 'never', '--quiet-pull']
  const result = await runDocker(context, {
    args: [...composeArguments(files, paths), 'up', ...options, '--scale', `${service}=${scale}`, '--', service],
    env: variablesOf(files),
    deadlineMs: composeDeadlineMs,
  })
  if (result.exitCode !== 0) throw refusal(lastWords(result.stderr), { tried: `create a container of ${service}`, cause: result.stderr })
}

export function composeArguments(files: ComposeFiles, paths: ComposePaths): readonly string[] {
  const sources = ['-f', paths.document, '-f', paths.overlay, '-p', files.identity.project]
  return ['compose', '--ansi', 'never', ...sources, '--project-directory', paths.directory, '--env-file', '/dev/null']
}

/** Names by which the environment would steer Compose or the program loader instead of filling in a value. */
const steeringNames = /^(COMPOSE_|DOCKER_|BUILDKIT_|BUILDX_|LD_|GO|SSL_|PATH$|HOME$|TMPDIR$|(HTTPS?|NO|ALL)_PROXY$)/i

export function variablesOf(files: ComposeFiles): Readonly<Record<string, string>> {
  const refused = Object.keys(files.variables).filter((name) => steeringNames.test(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
  if (refused.length > 0) throw new KyozoError('engine_refused', `${refused.join(', ')} cannot be the name of a compose variable`)
  return files.variables
}

/** The line that says why, without the progress before it. */
export function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const line = lines.findLast((candidate) => /error|fail|denied|no such|not found|invalid/i.test(candidate)) ?? lines.at(-1)
  return (line ?? 'it said nothing').replace(/^.*Error response from daemon: /, '')
}

async function verify(context: DockerContext, request: CreateRequest, created: readonly string[]): Promise<void> {
  const { identity } = request.files
  if (created.length !== request.count)
    throw new KyozoError('engine_refused', `Compose created ${created.length} containers of ${request.service} instead of ${request.count}`)
  const model = readServiceModel(request.files, request.service)
  for (const id of created) {
    const info = await inspectOwned(context, id)
    const dangers = info ? dangersOf(info, { project: identity.project, instance: identity.instance, model }) : ['it is gone again']
    if (dangers.length > 0)
      throw new KyozoError(
        'engine_refused',
        `${info ? nameOf(info) : id} was created otherwise than planned, so it was removed: ${dangers.join(', ')}`,
        {
          service: request.service,
        },
      )
  }
}

/** Only what this call made goes: what stood before is not looked at. A failure here is logged, so that the first one is what people see. */
async function discard(context: DockerContext, request: CreateRequest, before: readonly string[]): Promise<void> {
  try {
    const now = await listContainers(context, [
      `${composeLabel.project}=${request.files.identity.project}`,
      `${composeLabel.service}=${request.service}`,
    ])
    const made = now.filter(
      (container) => !before.includes(container.Id) && container.Labels[composeLabel.directory] === stackDirectory(context, request.files),
    )
    for (const { Id } of made)
      await ask({ tried: `remove container ${Id.slice(0, 12)}` }, () => context.docker.getContainer(Id).remove({ force: true, v: false }))
  } catch (error) {
    context.log.warn({ err: error, project: request.files.identity.project }, 'containers that were created in vain could not be removed')
  }
}
