// Fetches an image that nobody builds.
import { KyozoError } from '../../errors.ts'
import type { GateOptions } from '../../gate.ts'
import type { PullRequest } from '../engine.ts'
import { ask, type DockerContext, pingEngine } from './context.ts'
import { asEngineError } from './errors.ts'
import { type PullEvent, pullWatch } from './pull-watch.ts'
import { isFinalRefusal } from './registry-answer.ts'

/** The largest public images take minutes on a slow line. */
const pullDeadlineMs = 15 * 60_000
/** So long nothing comes from the registry before a pull is given up; what comes slowly comes. */
const stallMs = 60_000

/** Each registry has a way of its own: one that hangs holds up nobody who asks another. */
export function pullImage(
  context: DockerContext,
  image: string,
  { team, signal, ...limits }: PullRequest & { readonly stallMs?: number } = {},
): Promise<void> {
  const host = registryOf(image)
  const gate = context.gates.to(`registry ${host}`, () => registryGate(host))
  return gate.run((heard) => pull(context, image, { signal, heard, stallMs, ...limits }), { signal, team, subject: repositoryOf(image) })
}

/** As the engine reads a reference: the first part is a host when it looks like one. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io'
}

/** Without its tag or digest. */
function repositoryOf(image: string): string {
  const [named = ''] = image.split('@')
  return named.replace(/:[^:/]*$/, '')
}

function registryGate(host: string): GateOptions {
  return {
    name: `the registry ${host}`,
    atOnce: 6,
    waiting: 200,
    // The engine fetches three layers at once, unless it is told otherwise: what hangs of one team should not be all of them.
    // Whoever waits longer has a worker that others need, and each time it comes back for a place it is one again.
    teamShare: { atOnce: 2, withinMs: 5_000, againMs: 10_000 },
    failures: 3,
    pauseMs: [5_000, 60_000],
    isAway: (error) => error instanceof KyozoError && error.code === 'pull_failed' && error.retryable,
    isOurs: (error) => error instanceof KyozoError && error.code !== 'pull_failed',
    refused: (words, details) => new KyozoError('pull_failed', words, { ...details, hint: 'look whether the registry answers' }),
  }
}

interface Pull {
  readonly signal: AbortSignal | undefined
  readonly heard: () => void
  readonly stallMs: number
}

async function pull(context: DockerContext, image: string, { signal, heard, stallMs }: Pull): Promise<void> {
  const watch = watchPull(context, { image, stallMs })
  const either = signal === undefined ? watch.signal : AbortSignal.any([watch.signal, signal])
  try {
    await ask({ tried: `pull ${image}`, deadlineMs: Number.POSITIVE_INFINITY, signal: either }, async (abortSignal) => {
      const progress = await context.docker.pull(withTag(image), { abortSignal })
      await new Promise<void>((resolve, reject) => {
        context.docker.modem.followProgress(
          progress,
          (error: Error | null) => (error ? reject(error) : resolve()),
          (event: PullEvent) => {
            if (watch.take(event)) heard()
          },
        )
        abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true })
      })
    })
  } catch (error) {
    // Broken off from here: it says nothing about the registry.
    if (signal?.aborted) throw signal.reason
    throw asPullError(asEngineError(error, `pull ${image}`), image)
  } finally {
    watch.close()
  }
}

/** Aborts with `pull_failed` when a pull hears nothing for so long, or does not end; with `engine_unavailable` when it is the engine that is silent. */
function watchPull(context: DockerContext, { image, stallMs }: { readonly image: string; readonly stallMs: number }) {
  const watch = pullWatch()
  const given = new AbortController()
  const giveUp = (why: string) => given.abort(new KyozoError('pull_failed', `could not pull ${image}: ${why}`))
  const look = () => {
    if (!watch.isWaiting()) return
    pingEngine(context).then(
      () => giveUp(`nothing came for ${stallMs / 1000} s`),
      (error: unknown) => given.abort(error),
    )
  }
  const silence = setInterval(look, stallMs)
  const end = setTimeout(() => giveUp(`it did not end within ${pullDeadlineMs / 60_000} minutes`), pullDeadlineMs)
  return {
    signal: given.signal,
    take(event: PullEvent) {
      const isNew = watch.take(event)
      if (isNew) silence.refresh()
      return isNew
    },
    close() {
      clearInterval(silence)
      clearTimeout(end)
    },
  }
}

/** Without a tag the engine would fetch every tag there is. */
function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return name.includes(':') || name.includes('@') ? image : `${image}:latest`
}

function asPullError(error: KyozoError, image: string): KyozoError {
  if (error.code === 'superseded' || error.code === 'disk_full' || error.code === 'engine_unavailable') return error
  const isMissing = isFinalRefusal(error.message)
  return new KyozoError('pull_failed', error.message, {
    hint: isMissing ? `look at the image's name: ${image} does not exist, or its registry wants a login` : 'the registry did not answer',
    retryable: !isMissing,
    cause: error,
  })
}
