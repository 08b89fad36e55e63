// Which part of a Git host's own list is compared, and with whose ledger.
import type { ForgeConnection } from '../forge/forge.ts'
import type { DeliveryRecord, SentDelivery } from '../forge/record.ts'
import { lastHeaders } from '../store/deliveries.ts'
import { ownerOfConnection } from '../store/forge-connections.ts'
import { defaultTeam, instanceSince } from '../store/instance.ts'
import { type CheckSubject, completeUntil } from '../store/ledger-checks.ts'
import type { ForgeName } from '../store/tables/git.ts'
import type { Workspace } from '../store/workspaces.ts'
import type { Kyozo } from './kyozo.ts'
import { type Recovered, recoverDeliveries } from './recover-deliveries.ts'

export interface SentSubject {
  readonly connection: ForgeConnection
  readonly record: DeliveryRecord
  /** Undefined for the list that an app has for all its repositories. */
  readonly workspace: Workspace | undefined
  /** Where a branch of a repository points by now, as far as somebody has looked. */
  readonly tipOf: (repositoryId: string | undefined, ref: string) => string | undefined
}

/** Hosts keep no more. */
const keptMs = 3 * 24 * 3_600_000
/** What was on its way while the last check was made is compared again. */
const overlapMs = 15 * 60_000

export async function compareSent(
  kyozo: Kyozo,
  sent: SentSubject,
): Promise<Recovered & { readonly isComplete: boolean; readonly completeUntil?: Date }> {
  const { connection, record, workspace } = sent
  const began = Date.now()
  const since = await sinceWhen(kyozo, sent, began)
  const repository = workspace === undefined ? undefined : { id: workspace.repositoryId ?? '', fullName: workspace.repositoryName ?? '' }
  const list = await record.list({
    repository,
    since,
    leadsHere: (url) => url.startsWith(`${kyozo.config.baseUrl}/webhooks/`),
    lastHeaders: workspace === undefined ? {} : await lastHeaders(kyozo.db, workspace.id),
  })
  const within = list.deliveries.filter((one) => one.sentAt >= since)
  const owner = await ownerOf(kyozo, connection)
  const context = { db: kyozo.db, queue: kyozo.queue, baseUrl: kyozo.config.baseUrl, ...owner }
  const recovered = await recoverDeliveries({ context, connection, record, repository, tipOf: sent.tipOf }, within, began)
  const until = comparedUntil(list.deliveries, recovered.waiting)
  return { ...recovered, isComplete: list.isComplete, ...(until === undefined ? {} : { completeUntil: until }) }
}

/** By the host's clock alone, as what it sends later will be: this machine's may be put right one day. */
function comparedUntil(listed: readonly SentDelivery[], waiting: readonly SentDelivery[]): Date | undefined {
  const times = (deliveries: readonly SentDelivery[]) => deliveries.map(({ sentAt }) => sentAt.getTime())
  if (listed.length === 0) return undefined
  return new Date(Math.min(Math.max(...times(listed)), ...times(waiting)))
}

/** Before a repository was connected nobody listened, and what was compared before needs no second look. */
async function sinceWhen(kyozo: Kyozo, sent: SentSubject, nowMs: number): Promise<Date> {
  const { workspace, connection } = sent
  const until = await completeUntil(kyozo.db, await subjectOf(kyozo, sent), new Date(nowMs))
  const connectedAt = workspace?.createdAt ?? (await ownerOfConnection(kyozo.db, connection))?.createdAt ?? (await instanceSince(kyozo.db))
  return new Date(Math.max(nowMs - keptMs, connectedAt.getTime(), (until?.getTime() ?? 0) - overlapMs))
}

export async function subjectOf(kyozo: Kyozo, { workspace, connection }: SentSubject): Promise<CheckSubject> {
  const { teamId } = workspace ?? (await ownerOf(kyozo, connection))
  return {
    teamId,
    workspaceId: workspace?.id ?? null,
    forge: connection.forge as ForgeName,
    connection: connection.name,
    kind: 'deliveries',
  }
}

/** The operator's own connection is the first team's. */
async function ownerOf(
  { db }: Kyozo,
  connection: ForgeConnection,
): Promise<{ readonly teamId: string; readonly connectsRepositories?: boolean }> {
  const owner = await ownerOfConnection(db, connection)
  if (owner === undefined) return { teamId: await defaultTeam(db) }
  return { teamId: owner.teamId, connectsRepositories: owner.connectsRepositories }
}
