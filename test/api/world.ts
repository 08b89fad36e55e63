// A team that has rows of every kind: two services in one workspace and one in another, so that a grant can be seen to reach one and not the others.
import { randomBytes } from 'node:crypto'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import type { ReadTable } from '../../src/store/reading.ts'
import { shaOf, team, workspaceWithEnvironment } from '../store/rows.ts'

export interface World {
  readonly teamId: string
  /** Of the first workspace, and of its first service. */
  readonly workspaceId: string
  readonly workspaceName: string
  readonly serviceId: string
}

type Add = (table: ReadTable, values: Record<string, unknown>) => Promise<string>

export async function world(db: Database, existingTeamId?: string): Promise<World> {
  const teamId = existingTeamId ?? (await team(db))
  const add: Add = async (table, values) => {
    const made = {
      ...(table === 'serviceMetrics' ? {} : { id: newId() }),
      ...(table === 'users' ? {} : { teamId }),
      ...values,
    }
    const inserted = db
      .insertInto(table as never)
      .values(made as never)
      .returning('id' as never)
    return String(((await inserted.executeTakeFirstOrThrow()) as { id: unknown }).id)
  }
  const tag = randomBytes(4).toString('hex')
  const userId = await add('users', { name: `somebody ${tag}`, email: `somebody-${tag}@example.com` })
  const expiresAt = new Date(Date.now() + 3_600_000)
  await add('members', { userId, role: 'member' })
  await add('invitations', { email: `invited-${tag}@example.com`, role: 'member', status: 'pending', inviterId: userId, expiresAt })
  await add('apiKeys', { referenceId: userId, name: 'somebody’s', key: randomBytes(32).toString('base64url') })
  await add('auditEvents', { actor: 'x', actorKind: 'system', action: 'teams.update', subjectType: 'teams' })
  await add('forgeConnections', { forge: 'github', name: `hub-${tag}`, apiUrl: 'https://api.github.com', webhookSecret: Buffer.from('x') })
  const first = await workspaceRows({ db, teamId, add, userId }, ['api', 'web'])
  await workspaceRows({ db, teamId, add, userId }, ['api'])
  return { teamId, ...first }
}

interface Making {
  readonly db: Database
  readonly teamId: string
  readonly userId: string
  readonly add: Add
}

async function workspaceRows({ db, teamId, add, userId }: Making, services: readonly string[]): Promise<Omit<World, 'teamId'>> {
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const [workspaceId, environmentId] = [workspace.id, environment.id]
  const label = `pr-${newId().slice(-8)}`
  await add('environments', { workspaceId, name: label, ref: 'refs/pull/1/head', kind: 'preview', project: label, hostLabel: label })
  await add('pullRequests', {
    ...{ workspaceId, hostId: '1', number: 1, state: 'open', title: 'x', url: 'https://x', author: 'me', ref: 'refs/pull/1/head' },
    ...{ headSha: shaOf('a'), headRef: 'refs/heads/x', baseRef: 'refs/heads/main', isFork: true, isDraft: false },
  })
  const made = {
    workspaceId,
    environmentId,
    ref: 'refs/heads/main',
    sha: shaOf('a'),
    triggeredBy: 'me',
    state: 'failed',
    finishedAt: new Date(),
  }
  const releaseId = await add('releases', made)
  await add('releaseServices', { releaseId, service: 'api', verdict: 'failed', words: 'x' })
  const delivery = { forge: 'git', deliveryId: newId(), event: 'push', headers: '{}', body: Buffer.from('{}') }
  await add('ledgerChecks', { workspaceId, forge: 'git', kind: 'branches', words: 'nothing was missed' })
  await add('deliveries', { workspaceId, ...delivery, decision: 'accepted', reason: 'x' })
  await add('files', { workspaceId, path: 'api/package.json', blob: shaOf('b') })
  const detection = { folderPath: '.', revision: shaOf('a'), deploymentStrategy: 'compose_stack', confidenceScore: 0.9 }
  await add('topologyDetections', { workspaceId, ...detection })
  await add('operations', { workspaceId, kind: 'deploy_workspace', requestedBy: 'me' })
  const givenUp = { state: 'failed', errorCode: 'internal', errorMessage: 'something went wrong', finishedAt: new Date() }
  await add('operations', { workspaceId, kind: 'deploy_workspace', requestedBy: 'me', ...givenUp })
  await add('secrets', { workspaceId, name: 'PASSWORD', ciphertext: Buffer.from('sealed') })
  const alertRuleId = await add('alertRules', { workspaceId, name: 'down', condition: 'service_stopped' })
  await add('alerts', { alertRuleId, workspaceId, words: 'api is down' })
  const ports = await db.selectFrom('portAllocations').select('id').execute()
  await add('portAllocations', { environmentId, service: 'api', containerPort: 80, hostPort: 20_000 + ports.length, protocol: 'tcp' })
  const repair = { state: 'succeeded', reason: 'x', generation: 1, leaseOwner: 'me', finishedAt: new Date() }
  await add('repairs', { workspaceId, environmentId, ...repair })
  const ids: string[] = []
  for (const name of services) {
    const service = { workspaceId, environmentId, name, folderPath: name, serviceType: 'nodejs', status: 'running' }
    const serviceInstanceId = await add('serviceInstances', service)
    const drift = { service: name, containerId: 'c1', field: 'limits.memory', expected: '64Mi', actual: '128Mi' }
    await add('drifts', { workspaceId, environmentId, serviceInstanceId, ...drift })
    await add('operations', { workspaceId, environmentId, serviceInstanceId, kind: 'deploy_service', requestedBy: 'me' })
    await add('deploymentEvents', { serviceInstanceId, sequenceNumber: 1, eventType: 'service_started' })
    await add('healthChecks', { serviceInstanceId, checkType: 'http', status: 'healthy' })
    await add('serviceMetrics', { serviceInstanceId, metricType: 'cpu', unit: 'percent', value: 3 })
    await add('servicePermissions', { workspaceId, serviceInstanceId, userId, permissionType: 'view_logs', grantedById: userId })
    if (ids[0] !== undefined) await add('serviceDependencies', { serviceInstanceId, dependsOnId: ids[0], dependencyType: 'requires' })
    ids.push(serviceInstanceId)
  }
  return { workspaceId, workspaceName: workspace.name, serviceId: ids[0]! }
}
