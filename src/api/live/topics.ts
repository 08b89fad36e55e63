// What a live stream may follow: topics as a client names them, checked against the rights of the viewer.
import { z } from 'zod'
import { type RightName, reachOf, reasonToRefuse } from '../../access/rights.ts'
import { KyozoError, type Problem } from '../../errors.ts'
import type { Database } from '../../store/database.ts'
import type { LiveInterest } from '../../store/live.ts'
import { type Place, placesOf, serviceNamesIn, type TopicPlaces } from '../../store/live-topics.ts'
import type { Viewer } from '../../store/viewer.ts'

/** Whose lines of a release's log: all, or its own and those of some services. */
export type LogReach = { readonly kind: 'all' } | { readonly kind: 'some'; readonly services: ReadonlySet<string> }

export interface Following {
  readonly interest: LiveInterest
  readonly logs: ReadonlyMap<string, LogReach>
}

export interface Topics {
  readonly isTeam: boolean
  readonly workspaces: readonly string[]
  readonly environments: readonly string[]
  readonly services: readonly string[]
  readonly releases: readonly string[]
  readonly logs: readonly string[]
}

export const topicLimit = 50
const kinds = {
  workspace: 'workspaces',
  environment: 'environments',
  service: 'services',
  release: 'releases',
  logs: 'logs',
} as const satisfies Record<string, keyof Topics>

/** `team`, or `<kind>:<id>`. Throws `bad_request` that names each topic that is none. */
export function parseTopics(asked: readonly string[]): Topics {
  const found = { isTeam: false, workspaces: [], environments: [], services: [], releases: [], logs: [] } as {
    -readonly [K in keyof Topics]: Topics[K] extends boolean ? boolean : string[]
  }
  const wrong: string[] = []
  for (const topic of new Set(asked)) {
    const [kind = '', id = '', ...rest] = topic.split(':')
    if (topic === 'team') found.isTeam = true
    else if (Object.hasOwn(kinds, kind) && rest.length === 0 && z.uuid().safeParse(id).success)
      found[kinds[kind as keyof typeof kinds]].push(id.toLowerCase())
    else wrong.push(`${JSON.stringify(topic.slice(0, 80))} is no topic`)
  }
  if (asked.length === 0) wrong.push('no topic is named')
  if (asked.length > topicLimit) wrong.push(`${asked.length} topics are named, and one stream follows at most ${topicLimit}`)
  if (wrong.length > 0) throw badTopics(wrong)
  return found
}

function badTopics(wrong: readonly string[]): KyozoError {
  const problems = wrong.slice(0, topicLimit).map((message): Problem => ({ source: { parameter: 'topics' }, message }))
  return new KyozoError('bad_request', `the query parameter "topics" is not valid: ${problems.map(({ message }) => message).join(', ')}`, {
    hint: `name team, ${Object.keys(kinds)
      .map((kind) => `${kind}:<id>`)
      .join(', ')}, with commas between`,
    problems,
  })
}

/** What to follow for these topics. Throws `not_found` for what the viewer's team does not have, `forbidden` for what the viewer may not read. */
export async function follow(db: Database, viewer: Viewer, topics: Topics): Promise<Following> {
  const releases = [...new Set([...topics.releases, ...topics.logs])]
  const places = await placesOf(db, viewer, { ...topics, releases })
  if (topics.isTeam) assertAllowed(viewer, 'teams.read')
  for (const { ids, type, right } of [
    { ids: topics.workspaces, type: 'workspaces', right: 'workspaces.read' },
    { ids: topics.environments, type: 'environments', right: 'environments.read' },
    { ids: topics.services, type: 'services', right: 'service_instances.read' },
    { ids: topics.releases, type: 'releases', right: 'releases.read' },
  ] as const)
    for (const id of ids) {
      const { workspaceId } = placeOf(places, type, id)
      assertAllowed(viewer, right, { workspaceId, ...(type === 'services' ? { serviceInstanceId: id } : {}) })
    }
  const logs = new Map<string, LogReach>()
  for (const id of topics.logs) logs.set(id, await logReach(db, viewer, placeOf(places, 'releases', id)))
  return { interest: { teamId: viewer.teamId, ...topics }, logs }
}

function placeOf(places: TopicPlaces, type: keyof TopicPlaces, id: string): Place {
  const place = places[type].find((one) => one.id === id)
  if (place !== undefined) return place
  const resource = type === 'services' ? 'service_instances' : type
  throw new KyozoError('not_found', `there is no resource of type ${resource} with this id`)
}

function assertAllowed(viewer: Viewer, right: RightName, subject: Parameters<typeof reasonToRefuse>[2] = {}): void {
  const reason = reasonToRefuse(viewer, right, subject)
  if (reason !== undefined) throw new KyozoError('forbidden', reason)
}

/** Which lines of a release's log the viewer may read. Throws `forbidden` when none. */
export async function logReach(db: Database, viewer: Viewer, release: Pick<Place, 'workspaceId' | 'environmentId'>): Promise<LogReach> {
  const reason = reasonToRefuse(viewer, 'log_lines.read', { workspaceId: release.workspaceId })
  if (reason === undefined) return { kind: 'all' }
  const reach = reachOf(viewer, 'log_lines.read')
  const mayRead = viewer.scopes.includes('read')
  const services = mayRead && reach.kind === 'some' ? await serviceNamesIn(db, release.environmentId ?? '', reach.services) : []
  if (services.length === 0) throw new KyozoError('forbidden', reason)
  return { kind: 'some', services: new Set(services) }
}

/** The release's own lines belong to whoever may read any of its log. */
export function isReached(reach: LogReach, service: string | null): boolean {
  return reach.kind === 'all' || service === null || reach.services.has(service)
}
