// Runs a command in a container. The engine has no way to end one, so of one that hangs there is never a second: not by another call of this
// process, and not by one that was started since, which asks the engine what is under way.
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import type { ExecResult } from '../engine.ts'
import { demultiplex, plainText } from './containers.ts'
import { ask, type DockerContext } from './context.ts'
import { ignoreMissing, inspectOwned, nameOf } from './observe.ts'

const outputLimitBytes = 16 * 1024

interface ExecOptions {
  readonly command: readonly string[]
  readonly deadlineMs: number
}

/** Whoever asks for what is under way gets its answer. Throws `child_timed_out` after the deadline, and while an earlier one has not ended. */
export function execIn(context: DockerContext, id: string, options: ExecOptions): Promise<ExecResult> {
  const place = `${id} ${options.command.join('\0')}`
  const joined = underWay.get(place)
  if (joined !== undefined) return joined
  const begun = beginIn(context, id, { ...options, place }).finally(() => underWay.delete(place))
  underWay.set(place, begun)
  return begun
}

/** By container and command. */
const underWay = new Map<string, Promise<ExecResult>>()

/** Those that did not end in their time, by container and command, and since when. */
const hanging = new Map<string, { readonly id: string; readonly sinceMs: number }>()

/** Containers of which it is known what this process did not begin. */
const looked = new Set<string>()
const lookedLimit = 10_000

async function beginIn(
  context: DockerContext,
  id: string,
  { command, deadlineMs, place }: ExecOptions & { readonly place: string },
): Promise<ExecResult> {
  const info = await inspectOwned(context, id)
  if (!info) throw new KyozoError('engine_refused', `container ${id.slice(0, 12)} is gone`)
  const tried = `run ${command[0] ?? 'a command'} in container ${nameOf(info)}`
  await findEarlier(context, info, { command, place })
  await assertEnded(context, place, tried)
  const limit = AbortSignal.timeout(deadlineMs)
  const begun: Begun = { id: undefined }
  try {
    return await ask({ tried, signal: limit }, (abortSignal) => exec(context.docker.getContainer(info.Id), { command, abortSignal, begun }))
  } catch (error) {
    if (!limit.aborted) throw error
    if (begun.id !== undefined) hanging.set(place, { id: begun.id, sinceMs: performance.now() })
    throw new KyozoError('child_timed_out', `it did not end within ${deadlineMs / 1000} s`, { cause: error })
  }
}

/** What a process that is gone has left running. */
async function findEarlier(
  context: DockerContext,
  { ExecIDs }: Docker.ContainerInspectInfo,
  { command, place }: Pick<ExecOptions, 'command'> & { readonly place: string },
): Promise<void> {
  if (looked.has(place)) return
  if (looked.size >= lookedLimit) looked.clear()
  looked.add(place)
  for (const id of (ExecIDs as readonly string[] | null) ?? []) {
    const found = await inspectExec(context, id)
    const { entrypoint = '', arguments: rest } = found?.ProcessConfig ?? {}
    if (found?.Running && [entrypoint, ...(rest ?? [])].join('\0') === command.join('\0')) hanging.set(place, { id, sinceMs: 0 })
  }
}

/** The engine may not have begun yet what it was told to when its time was over. */
const beginsWithinMs = 60_000

async function assertEnded(context: DockerContext, place: string, tried: string): Promise<void> {
  const earlier = hanging.get(place)
  if (earlier === undefined) return
  const found = await ask({ tried }, () => inspectExec(context, earlier.id))
  const mayBegin = found !== undefined && found.ExitCode === null && performance.now() - earlier.sinceMs < beginsWithinMs
  if (found?.Running || mayBegin) throw new KyozoError('child_timed_out', 'it was begun before and has not ended yet')
  hanging.delete(place)
}

async function inspectExec({ docker }: DockerContext, id: string): Promise<Docker.ExecInspectInfo | undefined> {
  return (await docker.getExec(id).inspect().catch(ignoreMissing)) ?? undefined
}

interface Begun {
  id: string | undefined
}

interface Execution {
  readonly command: readonly string[]
  readonly abortSignal: AbortSignal
  readonly begun: Begun
}

async function exec(container: Docker.Container, { command, abortSignal, begun }: Execution): Promise<ExecResult> {
  const created = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, abortSignal })
  begun.id = created.id
  const stream = await created.start({ hijack: false, stdin: false, abortSignal })
  const onAbort = () => stream.destroy()
  abortSignal.addEventListener('abort', onAbort, { once: true })
  try {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      while (size > outputLimitBytes && chunks.length > 1) size -= chunks.shift()?.length ?? 0
    }
    const { ExitCode } = await created.inspect({ abortSignal })
    return { exitCode: ExitCode ?? 1, output: plainText(demultiplex(Buffer.concat(chunks))) }
  } finally {
    abortSignal.removeEventListener('abort', onAbort)
  }
}
