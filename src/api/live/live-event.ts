// One thing that happened, as it is told. The same document goes over SSE and into GraphQL's subscriptions.
import type { LiveRow } from '../../store/live.ts'
import type { StoredLine } from '../../store/logs.ts'

export interface LiveEvent {
  /** What `after` and `Last-Event-ID` take to go on right behind it. */
  readonly id: string
  /** `releases.updated`, `logs.lines`, `logs.ended`; `stream.ready` comes first, `stream.reset` says: load anew, what came between is forgotten. */
  readonly name: string
  readonly document: LiveDocument
}

export interface LiveDocument {
  readonly type: string
  /** Of the resource; of the release for lines of its log; null for what is about the stream itself. */
  readonly id: string | null
  readonly action: string
  readonly workspace: string | null
  readonly environment: string | null
  readonly service: string | null
  readonly release: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly at: string
}

/** One object for all who are told, so that it is written as text once. */
const made = new WeakMap<LiveRow, LiveEvent>()

export function eventOf(row: LiveRow): LiveEvent {
  const known = made.get(row)
  if (known !== undefined) return known
  const event = { id: String(row.position), name: nameOf(row), document: documentOf(row, row.data) }
  made.set(row, event)
  return event
}

/** Some lines of a batch; `id` says up to which. */
export function linesEvent(row: LiveRow, id: string, lines: readonly StoredLine[]): LiveEvent {
  return { id, name: nameOf(row), document: documentOf(row, { lines: lines.map(lineData) }) }
}

function nameOf(row: LiveRow): string {
  return `${row.resourceType}.${row.action}`
}

function documentOf(row: LiveRow, data: Readonly<Record<string, unknown>>): LiveDocument {
  return {
    type: row.resourceType,
    id: row.resourceId,
    action: row.action,
    workspace: row.workspaceId,
    environment: row.environmentId,
    service: row.serviceInstanceId,
    release: row.releaseId,
    data,
    at: row.createdAt.toISOString(),
  }
}

export function streamEvent(action: 'ready' | 'reset', at: Position): LiveEvent {
  return {
    id: at.sequence === undefined ? String(at.position) : `${at.position}.${at.sequence}`,
    name: `stream.${action}`,
    document: {
      type: 'stream',
      id: null,
      action,
      workspace: null,
      environment: null,
      service: null,
      release: null,
      data: {},
      at: new Date().toISOString(),
    },
  }
}

function lineData(line: StoredLine): Readonly<Record<string, unknown>> {
  return {
    sequence: line.sequence,
    stream: line.stream,
    service: line.service,
    text: line.text,
    recorded_at: line.recordedAt.toISOString(),
  }
}

/** Where a stream stands: behind an event, or in the middle of one that is told in parts. */
export interface Position {
  readonly position: number
  /** The last line of that event's log that was told; undefined when all were. */
  readonly sequence?: string
}

/** An id that was told before, or undefined for what is none. */
export function parsePosition(id: string): Position | undefined {
  const found = /^(\d{1,15})(?:\.(\d{1,18}))?$/.exec(id)
  if (found === null) return undefined
  return found[2] === undefined ? { position: Number(found[1]) } : { position: Number(found[1]), sequence: found[2] }
}
