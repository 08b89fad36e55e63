// Follows what happens to this instance's containers. The engine's stream ends with the engine; it is opened again until nobody listens.
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { EngineEvent } from '../engine.ts'
import { ask, type DockerContext } from './context.ts'
import { composeLabel, label } from './labels.ts'

export interface WatchOptions {
  readonly signal: AbortSignal
  readonly onEvent: (event: EngineEvent) => void
  readonly onGap: () => void
}

const actions = ['create', 'start', 'die', 'oom', 'stop', 'destroy', 'pause', 'unpause', 'rename', 'update'] as const
/** A container lost its connection, or all of them theirs; data went. */
const things: Readonly<Record<string, readonly string[]>> = { network: ['disconnect', 'destroy'], volume: ['destroy'] }
const firstPauseMs = 200
const longestPauseMs = 5_000

export async function watchEvents(context: DockerContext, options: WatchOptions): Promise<void> {
  let pauseMs = firstPauseMs
  while (!options.signal.aborted) {
    try {
      await follow(context, options, () => {
        pauseMs = firstPauseMs
        options.onGap()
      })
    } catch (error) {
      if (options.signal.aborted) return
      context.log.warn({ err: error, pauseMs }, 'the engine stopped telling what happens; asking again')
    }
    await delay(pauseMs, undefined, { signal: options.signal }).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}

async function follow(context: DockerContext, options: WatchOptions, onOpen: () => void): Promise<void> {
  // Events of networks and volumes carry no labels, so whose a container is is looked at here.
  const type: ('container' | 'network' | 'volume')[] = ['container', 'network', 'volume']
  const filters = { type, event: [...actions, 'health_status', 'disconnect'] }
  // The deadline is for the answer's beginning; the stream then lives as long as somebody listens.
  const stream = await ask({ tried: 'follow the events of the engine', signal: options.signal }, () =>
    context.docker.getEvents({ filters, abortSignal: options.signal }),
  )
  onOpen()
  for await (const line of createInterface({ input: stream })) {
    const event = asEvent(line, context.instance)
    if (event) options.onEvent(event)
  }
}

interface Message {
  readonly Type?: string
  readonly Action?: string
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> }
}

export function asEvent(line: string, instance: string): EngineEvent | undefined {
  const { Type, Action, Actor } = JSON.parse(line) as Message
  if (!Actor?.ID || !Action) return undefined
  const about = Actor.Attributes ?? {}
  if (Type === 'network' || Type === 'volume') {
    const name = Type === 'volume' ? Actor.ID : (about.name ?? '')
    const project = projectOf(name)
    return project === '' || !things[Type]?.includes(Action) ? undefined : { container: '', project, service: '', action: Type }
  }
  const action = Action.startsWith('health_status') ? 'health' : actions.find((known) => known === Action)
  if (!action || about[label.instance] !== instance) return undefined
  return { container: Actor.ID, project: about[composeLabel.project] ?? '', service: about[composeLabel.service] ?? '', action }
}

/** Of the name of a stack's network or volume. Projects hold no underscore, and what is none of this instance's is known to nobody. */
function projectOf(name: string): string {
  return name.startsWith('kyozo-') ? name.slice(0, name.indexOf('_')) : ''
}
