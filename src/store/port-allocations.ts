// Ports of the machine, given to services before anything is started, so that two deploys never want the same one.
import { sql, type Transaction } from 'kysely'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Database, Executor } from './database.ts'
import type { Tables } from './tables.ts'

export interface WantedPort {
  readonly service: string
  readonly container: number
  readonly protocol: 'tcp' | 'udp'
  /** `auto` takes the lowest free one. */
  readonly host: number | 'auto'
}

export type AllocatedPort = WantedPort & { readonly host: number }

export interface PortRange {
  readonly from: number
  readonly to: number
  /** Ports in the range that are not given away, such as kyozo's own. */
  readonly reserved: readonly number[]
  /** Whether no other program of the machine has the port. Default is that none has. */
  readonly isFree?: (port: { readonly host: number; readonly protocol: 'tcp' | 'udp' }) => Promise<boolean>
}

export interface PortHolder {
  readonly environmentId: string
  readonly teamId: string
}

/**
 * A port for each wish: the one that the service has already, where that is as wished. Throws `port_unavailable` for one that is taken, reserved or
 * out of the range; then nothing was given. A service that moves to another port keeps the old one too, until `keepPorts`.
 */
export async function allocatePorts(
  db: Database,
  holder: PortHolder,
  { wanted, range }: { readonly wanted: readonly WantedPort[]; readonly range: PortRange },
): Promise<readonly AllocatedPort[]> {
  if (wanted.length === 0) return []
  return db.transaction().execute(async (trx) => {
    // One at a time, so that nobody looks for a free port while somebody else takes it. The unique index holds in any case.
    await sql`select pg_advisory_xact_lock(hashtextextended('kyozo ports', 0))`.execute(trx)
    const given: AllocatedPort[] = []
    for (const wish of wanted) given.push({ ...wish, host: await portFor(trx, holder, { wish, range }) })
    return given
  })
}

interface Asked {
  readonly wish: WantedPort
  readonly range: PortRange
}

async function portFor(trx: Transaction<Tables>, holder: PortHolder, { wish, range }: Asked): Promise<number> {
  const known = await trx
    .selectFrom('portAllocations')
    .select('hostPort')
    .where('environmentId', '=', holder.environmentId)
    .where('service', '=', wish.service)
    .where('protocol', '=', wish.protocol)
    .where('containerPort', '=', wish.container)
    .orderBy('id')
    .execute()
  const kept = known.find(({ hostPort }) => (wish.host === 'auto' ? isInRange(hostPort, range) : wish.host === hostPort))
  if (kept !== undefined) return kept.hostPort
  const hostPort = wish.host === 'auto' ? await freePort(trx, { wish, range }) : await checkedPort(trx, holder, { wish, range })
  await trx
    .insertInto('portAllocations')
    .values(rowOf(holder, { ...wish, host: hostPort }))
    .execute()
  return hostPort
}

function rowOf(holder: PortHolder, { service, container, protocol, host }: AllocatedPort) {
  return { id: newId(), ...holder, service, containerPort: container, protocol, hostPort: host }
}

function isInRange(port: number, { from, to, reserved }: PortRange): boolean {
  return port >= from && port <= to && !reserved.includes(port)
}

async function freePort(trx: Executor, { wish, range }: Asked): Promise<number> {
  const { rows } = await sql<{ port: number }>`select port from generate_series(${range.from}::int, ${range.to}::int) as port
    where not port = any(${sql.val([...range.reserved])}::int[])
      and not exists (select from port_allocations where protocol = ${wish.protocol} and host_port = port)
    order by port`.execute(trx)
  for (const { port } of rows) if (await isFree({ wish, range }, port)) return port
  throw unavailable(wish, `all ports from ${range.from} to ${range.to} are given away`, 'set KYOZO_PORT_RANGE to a wider range')
}

async function checkedPort(trx: Executor, { teamId }: PortHolder, { wish, range }: Asked): Promise<number> {
  const port = Number(wish.host)
  if (!isInRange(port, range))
    throw unavailable(wish, 'it is reserved or out of range', `choose "auto" or a port from ${range.from} to ${range.to}`)
  const taken = await trx
    .selectFrom('portAllocations as p')
    .innerJoin('environments as e', 'e.id', 'p.environmentId')
    .innerJoin('workspaces as w', 'w.id', 'e.workspaceId')
    .select(['p.teamId', 'p.service', 'e.name as environment', 'w.name as workspace'])
    .where('p.protocol', '=', wish.protocol)
    .where('p.hostPort', '=', port)
    .executeTakeFirst()
  if (taken === undefined && (await isFree({ wish, range }, port))) return port
  if (taken === undefined) throw unavailable(wish, 'another program of the machine has it', 'choose another port, or "auto"')
  const by = taken.teamId === teamId ? ` by ${taken.service} of ${taken.workspace} ${taken.environment}` : ''
  throw unavailable(wish, `it is taken${by}`, 'choose another port, or "auto"')
}

async function isFree({ wish, range }: Asked, host: number): Promise<boolean> {
  return range.isFree === undefined || (await range.isFree({ host, protocol: wish.protocol }))
}

function unavailable({ service, host, protocol }: WantedPort, why: string, hint: string): KyozoError {
  return new KyozoError(
    'port_unavailable',
    `${service} cannot have ${host === 'auto' ? 'a' : 'the'} port${host === 'auto' ? '' : ` ${host}/${protocol}`} of the machine: ${why}`,
    { service, hint },
  )
}

/** The environment's services hold these from now on, and no others. */
export async function keepPorts(db: Executor, holder: PortHolder, kept: readonly AllocatedPort[]): Promise<void> {
  const known = await db.selectFrom('portAllocations').selectAll().where('environmentId', '=', holder.environmentId).execute()
  const [held, wanted] = [
    new Set(known.map((row) => portKey({ ...row, container: row.containerPort, host: row.hostPort }))),
    new Set(kept.map(portKey)),
  ]
  const free = known.filter((row) => !wanted.has(portKey({ ...row, container: row.containerPort, host: row.hostPort })))
  if (free.length > 0) {
    const ids = free.map(({ id }) => id)
    await db.deleteFrom('portAllocations').where('id', 'in', ids).execute()
  }
  // One that was given back, by whoever went back to an earlier release.
  const again = kept.filter((port) => !held.has(portKey(port)))
  if (again.length === 0) return
  const rows = again.map((port) => rowOf(holder, port))
  await db
    .insertInto('portAllocations')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function portKey({ service, container, protocol, host }: AllocatedPort): string {
  return `${service} ${container} ${protocol} ${host}`
}
