// What happens, pushed: GraphQL's side of the live feed. Each event carries its id, which `after` takes to resume without a hole or a duplicate.
import { GraphQLBoolean, GraphQLID, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import { KyozoError } from '../../errors.ts'
import type { LiveEvent } from '../live/live-event.ts'
import { resourceOf } from '../resources/index.ts'
import { camelName, singularOf, typeName } from './names.ts'
import type { ObjectTypes } from './object-types.ts'
import { type LoggedLine, logLineType } from './release-log.ts'
import type { Field, GraphqlRequest } from './request.ts'
import { dateTimeType, jsonType } from './scalars.ts'

const required = { id: new GraphQLNonNull(GraphQLID), text: new GraphQLNonNull(GraphQLString) }

const eventType = new GraphQLObjectType<LiveEvent>({
  name: 'LiveEvent',
  description: 'One thing that happened. `stream.ready` comes first; `stream.reset` says: load anew, what came between is forgotten.',
  fields: {
    id: { type: required.id, description: 'What `after` takes to go on right behind it.' },
    name: { type: required.text, description: 'Such as `releases.updated`.' },
    type: { type: required.text, description: 'The type of the resource.', resolve: ({ document }) => document.type },
    action: { type: required.text, resolve: ({ document }) => document.action },
    resourceId: { type: GraphQLID, resolve: ({ document }) => document.id },
    workspaceId: { type: GraphQLID, resolve: ({ document }) => document.workspace },
    environmentId: { type: GraphQLID, resolve: ({ document }) => document.environment },
    serviceInstanceId: { type: GraphQLID, resolve: ({ document }) => document.service },
    releaseId: { type: GraphQLID, resolve: ({ document }) => document.release },
    data: {
      type: new GraphQLNonNull(jsonType),
      description: 'What changed, with the names of JSON:API.',
      resolve: ({ document }) => document.data,
    },
    at: { type: new GraphQLNonNull(dateTimeType), resolve: ({ document }) => document.at },
  },
})

/** Topic of the feed → resource type. */
const followed = { workspace: 'workspaces', environment: 'environments', service: 'service_instances', release: 'releases' } as const

const afterArgument = { type: GraphQLID, description: 'The id of the last event that was seen. Default is to begin now.' }

interface After {
  readonly after?: string | null
}

export function subscriptionFields(types: ObjectTypes): Readonly<Record<string, Field>> {
  const changes = Object.entries(followed).map(([topic, type]): [string, Field] => [
    camelName(singularOf(type)),
    changeField(types, { topic, type }),
  ])
  return { events: eventsField, ...Object.fromEntries(changes), releaseLog: logField }
}

const eventsField: Field = {
  type: new GraphQLNonNull(eventType),
  description: 'Topics are `team`, `workspace:<id>`, `environment:<id>`, `service:<id>`, `release:<id>` and `logs:<release id>`.',
  args: { topics: { type: new GraphQLNonNull(new GraphQLList(required.text)) }, after: afterArgument },
  subscribe: (_, { topics, after }: After & { topics: readonly string[] }, request) =>
    follow(request, { topics, after, tell: (event) => event }),
  resolve: (event) => event,
  extensions: { isAsked: true },
}

interface Change {
  readonly event: LiveEvent
  readonly id: string
}

/** Whatever happens to it and to what belongs to it, with the resource as it is then. */
function changeField(types: ObjectTypes, { topic, type }: { readonly topic: string; readonly type: string }): Field {
  const resource = resourceOf(type)
  const name = camelName(singularOf(type))
  const own: Record<string, Field<Change>> = {
    event: { type: new GraphQLNonNull(eventType) },
    [name]: {
      type: types.object(type),
      description: 'As it is now; null when it is gone.',
      resolve: ({ id }, _, { loaders }, info) => loaders.one(info, resource, id),
      extensions: { isAsked: true },
    },
  }
  return {
    type: new GraphQLNonNull(new GraphQLObjectType<Change, GraphqlRequest>({ name: `${typeName(type)}Change`, fields: own })),
    description: 'What happens to it and to what belongs to it, with itself as it is then.',
    args: { id: { type: required.id }, after: afterArgument },
    subscribe: (_, { id, after }: After & { id: string }, request) =>
      follow(request, { topics: [`${topic}:${id}`], after, tell: (event): Change => ({ event, id }) }),
    resolve: (change) => change,
    extensions: { isAsked: true },
  }
}

const logPartType = new GraphQLObjectType<LiveEvent>({
  name: 'ReleaseLogPart',
  fields: {
    eventId: { type: required.id, description: 'What `after` takes to go on right behind it.', resolve: ({ id }) => id },
    lines: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(logLineType))), resolve: linesOf },
    isEnd: { type: new GraphQLNonNull(GraphQLBoolean), description: 'No line will follow.', resolve: ({ name }) => name === 'logs.ended' },
  },
})

function linesOf({ name, document }: LiveEvent): readonly LoggedLine[] {
  if (name !== 'logs.lines') return []
  const lines = document.data.lines as readonly (Omit<LoggedLine, 'recordedAt'> & { readonly recorded_at: string })[]
  return lines.map(({ recorded_at: recordedAt, ...line }) => ({ ...line, recordedAt }))
}

const logField: Field = {
  type: new GraphQLNonNull(logPartType),
  description:
    'Lines of a release’s log as they are printed. What was printed before is `release { log }`; sequence numbers tell what was seen twice.',
  args: { id: { type: required.id }, after: afterArgument },
  subscribe: (_, { id, after }: After & { id: string }, request) =>
    follow(request, { topics: [`logs:${id}`], after, tell: (event) => event }),
  resolve: (part) => part,
  extensions: { isAsked: true },
}

interface Following<T> extends After {
  readonly topics: readonly string[]
  readonly tell: (event: LiveEvent) => T
}

/** What can be refused is refused before the stream begins. */
async function follow<T>(request: GraphqlRequest, { topics, after, tell }: Following<T>): Promise<AsyncIterable<T>> {
  const { gone, live } = request
  const events = live.subscribe(request.at.viewer, topics, { after: after ?? undefined, signal: gone })
  gone.addEventListener('abort', () => void events.return(), { once: true })
  const first = await events.next()
  if (first.done) throw stopping()
  return told(request, { events, first: first.value, tell })
}

async function* told<T>(
  request: GraphqlRequest,
  {
    events,
    first,
    tell,
  }: { readonly events: AsyncGenerator<LiveEvent, void>; readonly first: LiveEvent; readonly tell: (event: LiveEvent) => T },
): AsyncGenerator<T, void> {
  try {
    yield tell(first)
    for await (const event of events) {
      // Rights may have changed since the stream began.
      await request.renew()
      yield tell(event)
    }
    // To end without a word would say that nothing more will ever happen.
    if (!request.gone.aborted) throw stopping()
  } finally {
    await events.return()
  }
}

function stopping(): KyozoError {
  return new KyozoError('overloaded', 'kyozo is stopping', { hint: 'come back in a moment, with the id of the last event as after' })
}
