// Where a secret stands that must stand nowhere: in what kyozo prints, in what it stores to be read, and in what it told its Git host.
import { readFile } from 'node:fs/promises'
import type { Lane } from './lane.ts'
import type { Subject } from './subject.ts'

/** What people and programs read of kyozo is made from these rows. What is encrypted is in columns of bytes, which no text of a row shows. */
const read = [
  ...[
    'releases',
    'release_services',
    'log_chunks',
    'service_instances',
    'deployment_events',
    'health_checks',
    'operations',
    'repairs',
    'drifts',
  ],
  ...['deliveries', 'ledger_checks', 'outbox', 'audit_events', 'live_events', 'dead_letters', 'alerts', 'workspaces', 'environments'],
  ...['forge_connections', 'topology_detections'],
]

/** Undefined while the database does not answer. */
export async function leaksOf(lane: Lane, subject: Subject): Promise<readonly string[] | undefined> {
  const secrets = [...lane.secrets, ...subject.secrets]
  const isIn = (text: string) => secrets.some((secret) => text.includes(secret))
  const said = await readFile(lane.logFile, 'utf8').catch(() => '')
  const text = read.map((table) => `select '${table}' as place where exists (select 1 from ${table} t where ${holds})`).join(' union all ')
  const stored = await lane.postgres.query<{ place: string }>(text, [secrets]).catch(() => undefined)
  if (stored === undefined) return undefined
  const told = lane.github.calls.filter(({ path }) => path.includes(subject.repository.fullName))
  return [
    ...(isIn(said) ? ["kyozo's own log"] : []),
    ...stored.map(({ place }) => `the rows of ${place}`),
    ...told
      .filter(({ path, body }) => isIn(`${path} ${JSON.stringify(body ?? null)}`))
      .map(({ method, path }) => `${method} ${path} at the host`),
  ]
}

const holds = 'exists (select 1 from unnest($1::text[]) secret where position(secret in t::text) > 0)'
