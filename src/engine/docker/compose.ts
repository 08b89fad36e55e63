// The Compose program, which knows the compose format best: it creates containers; everything after that is done through the API.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ChildResult } from '../../child.ts'
import { KyozoError } from '../../errors.ts'
import type { ComposeFiles } from '../engine.ts'
import { allEnded } from './all-ended.ts'
import { runDocker } from './client.ts'
import type { DockerContext } from './context.ts'
import { refusal } from './errors.ts'
import { filledDocument } from './filled-document.ts'

/** Creating a container takes a tenth of a second; a hundred on a busy machine take some. */
const composeDeadlineMs = 120_000

export interface ComposePaths {
  readonly directory: string
  readonly document: string
  readonly overlay: string
  /** States which containers are joined. */
  readonly joined?: string
}

export function stackDirectory(context: DockerContext, files: ComposeFiles): string {
  return resolve(context.stacksDir, files.identity.project)
}

/** A reader never sees half a file: people run Compose on these too. */
export async function writeFiles(context: DockerContext, files: ComposeFiles): Promise<ComposePaths> {
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

/** With what Compose is to take for these services instead. */
export async function withJoined(paths: ComposePaths, services: Readonly<Record<string, unknown>>): Promise<ComposePaths> {
  if (Object.keys(services).length === 0) return paths
  const joined = join(paths.directory, 'compose.joined.yaml')
  await writeWhole(joined, JSON.stringify({ services }))
  return { ...paths, joined }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`
  await writeFile(partial, text, { mode: 0o600 })
  await rename(partial, path)
}

interface Up {
  readonly paths: ComposePaths
  /** How many containers each service has afterwards; services that are not named stay as they are. */
  readonly scales: ReadonlyMap<string, number>
}

export async function composeUp(context: DockerContext, files: ComposeFiles, { paths, scales }: Up): Promise<void> {
  const options = ['--no-start', '--no-recreate', '--no-deps', '--no-build', '--pull', 'never', '--quiet-pull']
  const services = [...scales.keys()]
  const scaleOptions = [...scales].flatMap(([service, scale]) => ['--scale', `${service}=${scale}`])
  const result = await runCompose(context, files, {
    paths,
    args: ['up', ...options, ...scaleOptions, '--', ...services],
    deadlineMs: composeDeadlineMs,
  })
  if (result.exitCode !== 0)
    throw refusal(lastWords(result.stderr), { tried: `create a container of ${services.join(', ')}`, cause: result.stderr })
}

interface Call {
  readonly paths: ComposePaths
  readonly args: readonly string[]
  readonly deadlineMs: number
}

/**
 * Runs Compose on a stack. Where its variables have values, Compose reads the document, filled in, from standard input instead of the file: what
 * stands in a file, an argument or an environment can be read by others.
 */
export function runCompose(context: DockerContext, files: ComposeFiles, { paths, args, deadlineMs }: Call): Promise<ChildResult> {
  const isSecret = Object.keys(files.variables).length > 0 || Object.keys(files.secrets ?? {}).length > 0
  const sources = [
    '-f',
    isSecret ? '-' : paths.document,
    '-f',
    paths.overlay,
    ...(paths.joined === undefined ? [] : ['-f', paths.joined]),
    '-p',
    files.identity.project,
  ]
  const fixed = ['compose', '--ansi', 'never', ...sources, '--project-directory', paths.directory, '--env-file', '/dev/null']
  return runDocker(context, { args: [...fixed, ...args], deadlineMs, ...(isSecret ? { input: filledDocument(files) } : {}) })
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
