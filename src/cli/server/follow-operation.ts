// An operation, followed to its end. Events only say when to look again: what is told comes from the operation and the log themselves, so that a
// stream that breaks, or is not to be had, costs time and never a line.
import { KyozoError } from '../../errors.ts'
import { createAlarm } from './alarm.ts'
import type { JsonApiResource } from './answers.ts'
import { createLogReader, type LogLine } from './log-reader.ts'
import { isAway, type Server } from './server.ts'

export interface Following {
  readonly timeoutMs: number
  /** How it stands, each time that its words change. */
  readonly onWords: (words: string) => void
  /** What its release prints; undefined where nobody wants to read it. */
  readonly onLine?: (line: LogLine) => void
}

export const awayWords = 'kyozo does not answer at the moment; trying again'

/** The ended operation, whatever its end. Throws `request_timed_out` when it has not ended in time; it goes on all the same. */
export async function followOperation(server: Server, started: JsonApiResource, following: Following): Promise<JsonApiResource> {
  const deadline = performance.now() + following.timeoutMs
  const log = following.onLine === undefined ? undefined : createLogReader(server, following.onLine)
  const alarm = createAlarm(server)
  const tell = createTeller(following.onWords)
  let operation = started
  try {
    for (;;) {
      const release = relatedId(operation, 'release')
      alarm.listen(topicsOf(operation, log?.isReadable() ? release : undefined))
      const found = await look(server, started.id, release === undefined ? undefined : () => log?.read(release)).catch(unlessAway)
      operation = found ?? operation
      if (found === undefined) tell(awayWords)
      else if (found.attributes.finished_at !== null) return found
      else if (typeof found.attributes.words === 'string') tell(found.attributes.words)
      if (performance.now() > deadline) throw tooLate(operation, following.timeoutMs)
      // A release that just became known is looked at without waiting.
      if (relatedId(operation, 'release') === release) await alarm.wait(deadline - performance.now())
    }
  } finally {
    alarm.stop()
  }
}

/** The log is read behind the operation: what was printed before its end is told before its end. */
async function look(server: Server, id: string, readLog: (() => Promise<void> | undefined) | undefined): Promise<JsonApiResource> {
  const operation = (await server.get(`/api/v1/operations/${id}`)).data as JsonApiResource
  await readLog?.()
  return operation
}

function unlessAway(error: unknown): undefined {
  if (!isAway(error)) throw error
}

function createTeller(onWords: Following['onWords']): (words: string) => void {
  let last: string | undefined
  return (words) => {
    if (words !== last) onWords(words)
    last = words
  }
}

export function relatedId(resource: JsonApiResource, name: string): string | undefined {
  return resource.relationships?.[name]?.data?.id
}

function tooLate({ id, attributes }: JsonApiResource, timeoutMs: number): KyozoError {
  return new KyozoError('request_timed_out', `${String(attributes.kind)} has not ended after ${timeoutMs / 1000} s and goes on`, {
    hint: `kyozo operations ${id} follows it`,
  })
}

/** The smallest topic in which the operation is told of. */
function topicsOf(operation: JsonApiResource, logged: string | undefined): string {
  const service = relatedId(operation, 'service_instance')
  const environment = relatedId(operation, 'environment')
  const workspace = relatedId(operation, 'workspace')
  const own =
    service !== undefined
      ? `service:${service}`
      : environment !== undefined
        ? `environment:${environment}`
        : workspace !== undefined
          ? `workspace:${workspace}`
          : 'team'
  return logged === undefined ? own : `${own},logs:${logged}`
}
