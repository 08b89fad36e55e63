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

/** Of containers only: networks and volumes have no `die`, and theirs of the same name carry no service. */
const actions = ['create', 'start', 'die', 'oom', 'stop', 'destroy', 'pause', 'unpause'] as const
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
  const filters = {
    label: [`${label.instance}=${context.instance}`],
    event: [...actions, 'health_status'],
  }
  // The deadline is for the answer's beginning; the stream then lives as long as somebody listens.
  const stream = await ask({ tried: 'follow the events of the engine', signal: options.signal }, () =>
    context.docker.getEvents({ filters, abortSignal: options.signal }),
  )
  onOpen()
  for await (const line of createInterface({ input: stream })) {
    const event = asEvent(line)
    if (event) options.onEvent(event)
  }
}

interface Message {
  readonly Action?: string
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> }
}

export function asEvent(line: string): EngineEvent | undefined {
  const { Action, Actor } = JSON.parse(line) as Message
  const action = Action?.startsWith('health_status') ? 'health' : actions.find((known) => known === Action)
  if (!action || !Actor?.ID) return undefined
  const labels = Actor.Attributes ?? {}
  return { container: Actor.ID, project: labels[composeLabel.project] ?? '', service: labels[composeLabel.service] ?? '', action }
}
