// A team with a live service, and requests as a client sends them.

import type { Updateable } from 'kysely'
import { newId } from '../../../src/ids.ts'
import type { Environment } from '../../../src/store/environments.ts'
import { queueRelease, type Release } from '../../../src/store/releases.ts'
import type { ServiceInstanceTable } from '../../../src/store/tables/services.ts'
import { createToken } from '../../../src/store/tokens.ts'
import type { Workspace } from '../../../src/store/workspaces.ts'
import { shaOf, team, workspaceWithEnvironment } from '../../store/rows.ts'
import type { ApiAnswer, AskInit, TestApi } from '../../support/api.ts'

export interface Scene {
  readonly teamId: string
  readonly token: string
  readonly workspace: Workspace
  readonly environment: Environment
  /** The release that is live. */
  readonly live: Release
  service(change?: Updateable<ServiceInstanceTable>): Promise<string>
  post(path: string, attributes?: Readonly<Record<string, unknown>>, init?: AskInit): Promise<ApiAnswer>
  patch(type: string, id: string, attributes: Readonly<Record<string, unknown>>): Promise<ApiAnswer>
  create(
    type: string,
    attributes: Readonly<Record<string, unknown>>,
    related?: Readonly<Record<string, readonly [string, string]>>,
  ): Promise<ApiAnswer>
  remove(path: string, meta?: Readonly<Record<string, unknown>>): Promise<ApiAnswer>
  get(path: string): Promise<ApiAnswer>
}

export async function scene(api: TestApi): Promise<Scene> {
  const { db } = api
  const teamId = await team(db)
  const token = await createToken(db, { teamId, name: 'ada' })
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const live = await endedRelease(api, { environment, state: 'live', digit: '1' })
  await db.updateTable('environments').set({ liveReleaseId: live.id }).where('id', '=', environment.id).execute()
  const ask = (path: string, init: AskInit) => api.ask(token, path, init)
  const document = (type: string, attributes: object, more: object = {}) => ({ data: { type, attributes, ...more } })
  return {
    ...{ teamId, token, workspace, environment, live },
    async service(change = {}) {
      const id = newId()
      const place = { teamId, workspaceId: workspace.id, environmentId: environment.id }
      const row = {
        id,
        ...place,
        name: `s-${id.slice(-8)}`,
        folderPath: `services/${id.slice(-8)}`,
        serviceType: 'nodejs',
        status: 'running' as const,
      }
      await db.insertInto('serviceInstances').values(row).execute()
      if (Object.keys(change).length > 0) await db.updateTable('serviceInstances').set(change).where('id', '=', id).execute()
      return id
    },
    post: (path, attributes = {}, init = {}) => ask(path, { method: 'POST', body: document(path.split('/')[1]!, attributes), ...init }),
    patch: (type, id, attributes) => ask(`/${type}/${id}`, { method: 'PATCH', body: document(type, attributes, { id }) }),
    create: (type, attributes, related = {}) => {
      const relationships = Object.fromEntries(Object.entries(related).map(([name, [of, id]]) => [name, { data: { type: of, id } }]))
      return ask(`/${type}`, { method: 'POST', body: document(type.split('/')[0]!, attributes, { relationships }) })
    },
    remove: (path, meta) => ask(path, { method: 'DELETE', ...(meta === undefined ? {} : { body: { meta } }) }),
    get: (path) => ask(path, {}),
  }
}

/** A release that has come to an end; with a kept stack when it was good. */
export async function endedRelease(
  { db }: TestApi,
  of: { readonly environment: Environment; readonly state: Release['state']; readonly digit: string },
): Promise<Release> {
  const { id, teamId, workspaceId, ref } = of.environment
  const { release } = await queueRelease(db, { teamId, workspaceId, environmentId: id, ref, sha: shaOf(of.digit), triggeredBy: 'ada' })
  if (of.state === 'queued') return release
  const stack = {
    project: 'p',
    document: { services: {} },
    documentText: '',
    overlay: { services: {} },
    overlayText: '',
    services: [],
    volumes: [],
    secrets: [],
    differences: [],
  }
  return db
    .updateTable('releases')
    .set({
      state: of.state,
      tree: shaOf('a'),
      stackSpec: JSON.stringify(stack),
      isKept: ['live', 'replaced', 'unchanged'].includes(of.state),
      ...(of.state === 'running' ? {} : { finishedAt: new Date() }),
    })
    .where('id', '=', release.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** What an answer says, in few words: `202 stop_service queued`, or `409 state_conflict <words>`. */
export function told({ status, body }: ApiAnswer): string {
  if (body?.errors !== undefined)
    return `${status} ${body.errors.map((error: { code: string; detail: string }) => `${error.code}: ${error.detail}`).join(' | ')}`
  const { kind, state, name } = body?.data?.attributes ?? {}
  return [status, kind ?? name ?? '', kind === undefined ? '' : state].filter((part) => part !== '').join(' ')
}

/** Where each problem stands and what it is. */
export function problemsIn({ body }: ApiAnswer): string[] {
  return (body?.errors ?? []).map(
    (error: { source?: { pointer?: string }; detail: string }) => `${error.source?.pointer ?? '-'} ${error.detail}`,
  )
}
