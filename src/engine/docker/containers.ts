// What is done to containers once they exist. Each looks at the label first: nothing here touches a container of somebody else.
import { stripVTControlCharacters } from 'node:util'
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import { allEnded } from './all-ended.ts'
import { ask, type DockerContext } from './context.ts'
import { statusOf } from './errors.ts'
import { ignoreMissing, inspectOwned, joinedBy, nameOf } from './observe.ts'

/** The longest grace period that the policy allows is five minutes; the engine then kills. */
const stopDeadlineMs = 330_000
const removeDeadlineMs = 60_000
const startDeadlineMs = 60_000

/** A log line may be 16 KiB; more lines than this nobody reads in a verdict. */
const logLineLimit = 1_000

export async function startContainers(context: DockerContext, ids: readonly string[]): Promise<void> {
  const starts = new Map<string, Promise<void>>()
  const startOne = async (id: string) => {
    const info = await inspectOwned(context, id)
    if (!info)
      throw new KyozoError('engine_refused', `container ${id.slice(0, 12)} is gone, so it could not be started`, { retryable: true })
    // The engine lets nobody join a container that does not run.
    await starts.get(joinedBy(info) ?? '')?.catch(() => undefined)
    await ask({ tried: `start container ${nameOf(info)}`, deadlineMs: startDeadlineMs }, (abortSignal) =>
      context.docker.getContainer(info.Id).start({ abortSignal }).catch(ignoreUnchanged),
    )
  }
  for (const id of ids) starts.set(id, startOne(id))
  await allEnded([...starts.values()])
}

export async function stopContainers(context: DockerContext, ids: readonly string[]): Promise<void> {
  await allEnded(
    ids.map(async (id) => {
      const info = await inspectOwned(context, id)
      if (info) await stopOne(context, info)
    }),
  )
}

/** Default of `graceSeconds` is the container's own. */
interface Stop {
  readonly graceSeconds?: number
}

/** What the engine gives a container that says nothing about it. */
const ownGraceSeconds = 10

async function stopOne(context: DockerContext, info: Docker.ContainerInspectInfo, { graceSeconds }: Stop = {}): Promise<void> {
  if (!info.State.Running) return
  const grace =
    graceSeconds === undefined
      ? {}
      : { t: Math.min(graceSeconds, (info.Config as { readonly StopTimeout?: number }).StopTimeout ?? ownGraceSeconds) }
  await ask({ tried: `stop container ${nameOf(info)}`, deadlineMs: stopDeadlineMs }, (abortSignal) =>
    context.docker
      .getContainer(info.Id)
      .stop({ abortSignal, ...grace })
      .catch(ignoreUnchanged)
      .catch(ignoreMissing),
  )
}

export async function removeContainers(context: DockerContext, ids: readonly string[], stop: Stop = {}): Promise<void> {
  await allEnded(
    ids.map(async (id) => {
      const info = await inspectOwned(context, id)
      if (!info) return
      await stopOne(context, info, stop)
      await ask({ tried: `remove container ${nameOf(info)}`, deadlineMs: removeDeadlineMs }, (abortSignal) =>
        removeOne(context.docker.getContainer(info.Id), abortSignal),
      )
    }),
  )
}

async function removeOne(container: Docker.Container, abortSignal: AbortSignal): Promise<void> {
  try {
    await container.remove({ force: true, v: false, abortSignal })
  } catch (error) {
    // Somebody else removes it already; it is gone when they are done.
    if (statusOf(error) === 409) await container.wait({ condition: 'removed', abortSignal }).catch(ignoreMissing)
    else ignoreMissing(error)
  }
}

/** 304: it is as wanted already. */
function ignoreUnchanged(error: unknown): void {
  if (statusOf(error) !== 304) throw error
}

export async function exitOf(context: DockerContext, id: string, signal: AbortSignal): Promise<number> {
  const info = await inspectOwned(context, id)
  if (!info) throw new KyozoError('engine_refused', `container ${id.slice(0, 12)} is gone`)
  const question = { tried: `wait for container ${nameOf(info)}`, deadlineMs: Number.POSITIVE_INFINITY, signal }
  const answer = await ask(question, (abortSignal) => context.docker.getContainer(info.Id).wait({ condition: 'not-running', abortSignal }))
  return (answer as { readonly StatusCode: number }).StatusCode
}

export async function readLogTail(context: DockerContext, id: string, lines: number): Promise<readonly string[]> {
  const info = await inspectOwned(context, id)
  if (!info) return []
  const tail = Math.min(lines, logLineLimit)
  const output = await ask({ tried: `read the log of container ${nameOf(info)}` }, (abortSignal) =>
    context.docker.getContainer(info.Id).logs({ stdout: true, stderr: true, tail, follow: false, abortSignal }).catch(ignoreVanishing),
  )
  if (!output) return []
  const text = plainText(info.Config.Tty ? output : demultiplex(output))
  return text === '' ? [] : text.split('\n').slice(-tail)
}

/** 409: it is being removed this moment. */
export function ignoreVanishing(error: unknown): undefined {
  if (statusOf(error) !== 409) ignoreMissing(error)
}

/** The engine sends both streams as one: frames of a kind, three empty bytes, a length, and the bytes. */
export function demultiplex(multiplexed: Buffer): Buffer {
  const frames: Buffer[] = []
  for (let at = 0; at + 8 <= multiplexed.length; ) {
    const length = multiplexed.readUInt32BE(at + 4)
    frames.push(multiplexed.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return Buffer.concat(frames)
}

export function plainText(bytes: Buffer): string {
  return stripVTControlCharacters(bytes.toString('utf8')).replaceAll('\r\n', '\n').replace(/\n+$/, '')
}
