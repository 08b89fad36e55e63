// Addresses that are no resource of the descriptions: this document, which kyozo this is, logs, and what happens live.
import { roles, tokenScopes } from '../../store/tables/access.ts'
import { anyObject, type JsonSchema, list, nullable, object, schemaRef, text } from './json-schema.ts'
import { answer, failures, type PathItem, readFailures } from './paths.ts'
import { looseDocument } from './schemas.ts'

const uuid: JsonSchema = { type: 'string', format: 'uuid' }
const time: JsonSchema = { type: 'string', format: 'date-time' }
const link: JsonSchema = { type: 'string', format: 'uri-reference' }

const query = (name: string, description: string) => ({ name, in: 'query', schema: text, description })
const idOf = (type: string) => ({ name: 'id', in: 'path', required: true, schema: uuid, description: `The id of one of the ${type}.` })

const resuming = [
  query('last_event_id', 'Of events alone: go on after this one.'),
  { name: 'Last-Event-ID', in: 'header', schema: text, description: 'Go on after this event; wins over the parameter.' },
]

export function otherPaths(): Readonly<Record<string, PathItem>> {
  return {
    '/openapi.json': {
      get: {
        operationId: 'show_openapi',
        summary: 'Show this document',
        security: [],
        responses: {
          200: { description: 'An OpenAPI 3.1 document.', content: { 'application/json': { schema: anyObject } } },
          304: { description: 'Nothing has changed.' },
          ...failures(['406', '415', '421', '429']),
        },
      },
    },
    '/instance': {
      get: {
        operationId: 'show_instance',
        summary: 'Show which kyozo this is, and whom it takes the asker for',
        responses: {
          200: answer('This kyozo.', looseDocument('instances', instanceAttributes(), { meta: viewerMeta() })),
          ...failures(readFailures),
        },
      },
    },
    '/disk': {
      get: {
        operationId: 'show_disk',
        summary: 'Show what kyozo keeps on its disks, by kind, and what of it goes next; for the first team',
        responses: {
          200: answer('What each process found.', {
            type: 'object',
            required: ['data'],
            properties: { data: { type: 'array', items: anyObject } },
          }),
          ...failures(readFailures),
        },
      },
    },
    '/releases/{id}/logs': {
      parameters: [idOf('releases')],
      get: {
        operationId: 'show_releases_logs',
        tags: ['releases'],
        summary: 'Show what a release and its builds printed',
        parameters: [
          query('page[after]', 'Only lines after the one with this id.'),
          query('page[size]', 'How many lines, at most 1000.'),
          query('filter[stream]', 'Only lines of `release` or of `build`.'),
        ],
        responses: { 200: answer('One page of lines.', logDocument()), ...failures(readFailures) },
      },
    },
    '/service_instances/{id}/logs': {
      parameters: [idOf('service_instances')],
      get: {
        operationId: 'show_service_instances_logs',
        tags: ['service_instances'],
        summary: 'Show what the containers of a service print; follow it where `Accept` is `text/event-stream`',
        parameters: [
          query('page[size]', 'How many of the last lines, at most 1000; 100 without it.'),
          query('filter[at][gte]', 'Only lines since this time.'),
          ...resuming,
        ],
        responses: {
          200: {
            description: 'Lines, or events without end.',
            content: { ...answer('', outputDocument()).content, 'text/event-stream': { schema: text } },
          },
          ...failures(readFailures),
        },
      },
    },
    '/events': {
      get: {
        operationId: 'follow_events',
        summary: 'Follow what happens, as server-sent events',
        parameters: [
          {
            name: 'topics',
            in: 'query',
            required: true,
            schema: text,
            description:
              'What to follow, separated by commas: `team`, `workspace:<id>`, `environment:<id>`, `service:<id>`, `release:<id>`, `logs:<release id>`.',
          },
          ...resuming,
        ],
        responses: {
          200: { description: 'Events without end.', content: { 'text/event-stream': { schema: text } } },
          ...failures([...readFailures, '405']),
        },
      },
    },
  }
}

function instanceAttributes(): JsonSchema {
  const state = { enum: ['running', 'away', 'stopped'] }
  return object({
    engine: object({ answers: { type: 'boolean' }, silent_since: nullable(time), reason: nullable(text) }),
    // Only the team that operates them sees any.
    processes: list(
      object({ id: uuid, name: text, role: { enum: ['web', 'worker', 'all'] }, version: text, state, started_at: time, seen_at: time }),
    ),
  })
}

function viewerMeta(): JsonSchema {
  const viewer = object({
    name: text,
    role: { enum: roles },
    scopes: list({ enum: tokenScopes }),
    team: uuid,
    user: uuid,
    token: nullable(uuid),
  })
  return object({ viewer })
}

function logDocument(): JsonSchema {
  const line = object({
    type: { const: 'log_lines' },
    id: text,
    attributes: object({ stream: { enum: ['release', 'build'] }, service: nullable(text), text, recorded_at: time }),
  })
  return object({
    jsonapi: schemaRef('jsonapi'),
    data: list(line),
    meta: object({ state: text }),
    links: object({ self: link, next: nullable(link) }),
  })
}

function outputDocument(): JsonSchema {
  const attributes = object({ container: text, stream: { enum: ['stdout', 'stderr'] }, text, at: time })
  return object({
    jsonapi: schemaRef('jsonapi'),
    data: list(object({ type: { const: 'output_lines' }, id: text, attributes })),
    meta: object({ position: text }),
    links: object({ self: link }),
  })
}
