// What the containers of a service print, as they print it. A container that is started later is found, one that has gone is let go, and none is read
// faster than somebody takes its lines.
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { OutputLine, OutputPosition, OutputSource } from '../engine.ts'
import { ignoreVanishing } from './containers.ts'
import { ask, type DockerContext } from './context.ts'
import { inspectOwned } from './observe.ts'
import { engineTime, everything, outputLineLimit, serviceContainers } from './output.ts'
import { lineReader } from './output-lines.ts'

/** How soon a container that was started is followed. */
const lookMs = 1_000
/** Lines that wait for whoever takes them. */
const waitingLines = 500
/** Of a container that began to print while nobody followed. */
const caughtUpLines = 10_000

export interface FollowOptions {
  /** How many lines of before, when there is no `after`. */
  readonly tail: number
  readonly since?: string
  readonly after?: OutputPosition
  readonly signal: AbortSignal
}

interface Followed {
  /** The last line that was taken. */
  mark: { readonly at: string; readonly nth: number } | undefined
  /** When the life that was read to its end ended; undefined while it runs. */
  endedAt: string | undefined
  /** What is shown of a container of which nothing was taken yet. */
  readonly before: { readonly tail: number; readonly since?: string | undefined }
  isOpen: boolean
}

/** Endless, in batches of what came at once; returns when the signal aborts. */
export async function* followOutput(
  context: DockerContext,
  source: OutputSource,
  options: FollowOptions,
): AsyncGenerator<readonly OutputLine[], void> {
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const basin = createBasin(signal)
  const looking = keepFollowing(context, source, { ...options, signal, put: basin.put })
  try {
    yield* basin.batches()
  } finally {
    stop.abort()
    await looking
  }
}

async function keepFollowing(
  context: DockerContext,
  source: OutputSource,
  options: FollowOptions & { readonly put: (lines: readonly OutputLine[]) => Promise<void> },
): Promise<void> {
  const { signal, after, put } = options
  const followed = new Map<string, Followed>()
  const open = new Set<Promise<void>>()
  const follow = (id: string, one: Followed) => {
    one.isOpen = true
    const work = pour(context, { id, one, signal }, put)
      .catch((error: unknown) => {
        if (!signal.aborted) context.log.warn({ err: error, container: id }, 'the output of a container broke off, and is followed again')
      })
      .finally(() => {
        one.isOpen = false
        open.delete(work)
      })
    open.add(work)
  }
  for (let isFirstLook = true; !signal.aborted; isFirstLook = false) {
    const there = await serviceContainers(context, source).catch((error: unknown) => {
      if (!signal.aborted) context.log.warn({ err: error, service: source.service }, 'the containers to follow could not be listed')
    })
    const ids = there?.map(({ Id }) => Id) ?? []
    for (const { Id: id, Created } of there ?? []) {
      const one = followed.get(id) ?? unread(after?.get(id.slice(0, 12)), isFirstLook ? beginning(options, Created) : undefined)
      followed.set(id, one)
      if (!one.isOpen) follow(id, one)
    }
    if (there) forgetOthers(followed, ids)
    await delay(lookMs, undefined, { signal }).catch(() => undefined)
  }
  await Promise.all(open)
}

function forgetOthers(followed: Map<string, Followed>, ids: readonly string[]): void {
  for (const id of followed.keys()) if (!ids.includes(id)) followed.delete(id)
}

function unread(mark: Followed['mark'], first: Followed['before'] | undefined): Followed {
  return { mark, before: first ?? { tail: caughtUpLines }, endedAt: undefined, isOpen: false }
}

/** Sooner after its making a container may have printed what nobody has been given yet. */
const noticedMs = 5_000

/**
 * What is shown of a container that was there before anybody followed. One that a resumed reader has had nothing of, though it had been made long
 * before, printed nothing new until then: what it printed earlier was left out when the reader began.
 */
function beginning({ tail, since, after }: FollowOptions, createdSeconds: number): Followed['before'] {
  if (after === undefined) return { tail: Math.min(tail, outputLineLimit), since }
  const newest = [...after.values()]
    .map(({ at }) => at)
    .sort()
    .at(-1)
  const isOld = newest !== undefined && createdSeconds * 1000 < Date.parse(newest) - noticedMs
  return { tail: caughtUpLines, since: isOld ? newest : undefined }
}

/** Hands over what a container prints until it ends. One that does not run is read once for each of its lives. */
async function pour(
  context: DockerContext,
  { id, one, signal }: { readonly id: string; readonly one: Followed; readonly signal: AbortSignal },
  put: (lines: readonly OutputLine[]) => Promise<void>,
): Promise<void> {
  const info = await inspectOwned(context, id)
  if (!info || (!info.State.Running && one.endedAt === info.State.FinishedAt)) return
  const { tail, since } = one.mark === undefined ? one.before : { since: one.mark.at }
  const from = { ...(tail === undefined ? {} : { tail }), ...(since === undefined ? {} : { since: engineTime(since) }) }
  const stream = await ask({ tried: `follow the output of container ${id.slice(0, 12)}`, signal }, (abortSignal) =>
    context.docker
      .getContainer(id)
      .logs({ ...everything, ...from, follow: true, abortSignal })
      .catch(ignoreVanishing),
  )
  if (!stream) return
  const readable = stream as unknown as Readable
  const close = () => readable.destroy()
  signal.addEventListener('abort', close, { once: true })
  try {
    const read = lineReader(id, info.Config.Tty)
    const { mark } = one
    for await (const bytes of readable) {
      const lines = read(bytes as Buffer).filter((line) => isAfter(line, mark))
      for (const line of lines) if (isAfter(line, one.mark)) one.mark = line
      if (lines.length > 0) await put(lines)
    }
    one.endedAt = info.State.Running ? undefined : info.State.FinishedAt
  } finally {
    signal.removeEventListener('abort', close)
  }
}

/** The engine gives lines of a time again when it is asked for what came since. A long line ends after others that began later. */
function isAfter(line: OutputLine, mark: Followed['mark']): boolean {
  return mark === undefined || line.at > mark.at || (line.at === mark.at && line.nth > mark.nth)
}

/** Lines on their way from several containers to one reader. */
function createBasin(signal: AbortSignal) {
  let lines: OutputLine[] = []
  let wake: () => void = () => undefined
  const room: (() => void)[] = []
  const letOn = () => {
    for (const go of room.splice(0)) go()
  }
  signal.addEventListener(
    'abort',
    () => {
      wake()
      letOn()
    },
    { once: true },
  )
  return {
    async put(more: readonly OutputLine[]): Promise<void> {
      while (lines.length >= waitingLines && !signal.aborted) await new Promise<void>((resolve) => room.push(resolve))
      lines.push(...more)
      wake()
    },
    async *batches(): AsyncGenerator<readonly OutputLine[], void> {
      while (!signal.aborted) {
        const batch = lines
        lines = []
        letOn()
        if (batch.length > 0) yield batch
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
