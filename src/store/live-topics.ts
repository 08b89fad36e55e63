// Where the things that a live stream follows stand, narrowed to the viewer's team: what belongs to another one is not there.
import type { Executor } from './database.ts'
import type { Viewer } from './viewer.ts'

export interface TopicIds {
  readonly workspaces: readonly string[]
  readonly environments: readonly string[]
  readonly services: readonly string[]
  readonly releases: readonly string[]
}

export interface Place {
  readonly id: string
  readonly workspaceId: string
  readonly environmentId: string | null
}

export interface TopicPlaces {
  readonly workspaces: readonly Place[]
  readonly environments: readonly Place[]
  readonly services: readonly Place[]
  readonly releases: readonly Place[]
}

export async function placesOf(db: Executor, viewer: Viewer, ids: TopicIds): Promise<TopicPlaces> {
  const { teamId } = viewer
  const none = Promise.resolve([] as Place[])
  const [workspaces, environments, services, releases] = await Promise.all([
    ids.workspaces.length === 0
      ? none
      : db
          .selectFrom('workspaces')
          .select(['id', 'id as workspaceId'])
          .where('teamId', '=', teamId)
          .where('id', 'in', ids.workspaces)
          .execute()
          .then((rows) => rows.map((row) => ({ ...row, environmentId: null }))),
    ids.environments.length === 0
      ? none
      : db
          .selectFrom('environments')
          .select(['id', 'workspaceId', 'id as environmentId'])
          .where('teamId', '=', teamId)
          .where('id', 'in', ids.environments)
          .execute(),
    ids.services.length === 0
      ? none
      : db
          .selectFrom('serviceInstances')
          .select(['id', 'workspaceId', 'environmentId'])
          .where('teamId', '=', teamId)
          .where('id', 'in', ids.services)
          .execute(),
    ids.releases.length === 0
      ? none
      : db
          .selectFrom('releases')
          .select(['id', 'workspaceId', 'environmentId'])
          .where('teamId', '=', teamId)
          .where('id', 'in', ids.releases)
          .execute(),
  ])
  return { workspaces, environments, services, releases }
}

/** The names of those of the services that stand in the environment. */
export async function serviceNamesIn(db: Executor, environmentId: string, serviceIds: readonly string[]): Promise<readonly string[]> {
  if (serviceIds.length === 0) return []
  const rows = await db
    .selectFrom('serviceInstances')
    .select('name')
    .where('environmentId', '=', environmentId)
    .where('id', 'in', serviceIds)
    .execute()
  return rows.map((row) => row.name)
}
