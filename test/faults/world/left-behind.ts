// What a lane's kyozo has made and not taken away again: images that may be nobody's by now, and what earlier histories gave up.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { GivenUpSeen, ImageSeen } from '../facts.ts'
import type { Lane } from './lane.ts'
import { docker } from './look.ts'

/** An environment whose deletion kyozo has promised. */
export interface GivenUp {
  readonly project: string
  readonly atMs: number
}

const neededText = `
  select distinct service ->> 'image' as name from releases r, jsonb_array_elements(r.stack_spec -> 'services') service
  where r.is_kept or r.state in ('queued', 'running')`

/** Undefined while engine or database do not answer. */
export async function imagesOf(lane: Lane): Promise<readonly ImageSeen[] | undefined> {
  const [instance, needed] = await Promise.all([
    lane.postgres.query<{ id: string }>('select id from instance').catch(() => []),
    lane.postgres.query<{ name: string }>(neededText).catch(() => undefined),
  ])
  const used = await docker(lane, 'container', 'ls', '--all', '--format', '{{.Image}}')
  const ids = await docker(lane, 'image', 'ls', '--quiet', '--no-trunc', '--filter', `label=kyozo.instance=${instance[0]?.id}`)
  if (instance.length === 0 || needed === undefined || used === undefined || ids === undefined) return undefined
  const listed = [...new Set(ids.split('\n').filter(Boolean))]
  const format = '{{.Created}}|{{.Metadata.LastTagTime.Format "2006-01-02T15:04:05Z07:00"}}|{{join .RepoTags " "}}'
  const lines = listed.length === 0 ? '' : await docker(lane, 'image', 'inspect', '--format', format, ...listed)
  const [isNeeded, isUsed] = [new Set(needed.map(({ name }) => name)), new Set(used.split('\n'))]
  return lines
    ?.split('\n')
    .filter(Boolean)
    .flatMap((line) => {
      const [created = '', named = '', tags = ''] = line.split('|')
      const forMs = Date.now() - Math.max(Date.parse(created) || 0, Date.parse(named) || 0)
      return tags
        .split(' ')
        .filter(Boolean)
        .map((name) => ({ name, forMs, isNeeded: isNeeded.has(name), isUsed: isUsed.has(name) }))
    })
}

/** Each with when it was made, its releases, what was asked of its workspace, and when its last deliveries came. */
const knownText = `
  select e.project, concat_ws('; ', 'made ' || e.created_at, 'paused ' || e.paused_at,
    (select string_agg(concat_ws(' ', o.kind, o.state, o.attempt, o.created_at, o.finished_at, o.words), ', ' order by o.created_at)
      from operations o where o.workspace_id = e.workspace_id),
    (select string_agg(concat_ws(' ', 'release', r.sequence, r.state, r.triggered_by, r.created_at, r.reason), ', ' order by r.sequence)
      from releases r where r.environment_id = e.id),
    (select string_agg(concat_ws(' ', d.arrival, d.event, left(d.sha, 7), d.received_at, d.processed_at, d.reason), ', ' order by d.received_at)
      from deliveries d where d.workspace_id = e.workspace_id)) as history
  from environments e`

/** Undefined while engine or database do not answer. */
export async function givenUpOf(lane: Lane): Promise<readonly GivenUpSeen[] | undefined> {
  const known = await lane.postgres.query<{ project: string; history: string }>(knownText).catch(() => undefined)
  const format = '{{.Label "com.docker.compose.project"}}'
  const containers = await docker(lane, 'container', 'ls', '--all', '--format', format)
  const networks = await docker(lane, 'network', 'ls', '--format', format)
  if (known === undefined || containers === undefined || networks === undefined) return undefined
  const counted = (lines: string, project: string) => lines.split('\n').filter((line) => line === project).length
  return Promise.all(
    lane.givenUp.map(async ({ project, atMs }) => ({
      project,
      forMs: Date.now() - atMs,
      isKnown: known.some((environment) => environment.project === project),
      history: known.find((environment) => environment.project === project)?.history ?? '',
      containers: counted(containers, project),
      networks: counted(networks, project),
      hasFolder: await stat(path.join(lane.dataDir, 'stacks', project)).then(
        () => true,
        () => false,
      ),
    })),
  )
}
