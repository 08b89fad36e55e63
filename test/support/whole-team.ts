// A team with one row of every resource, so that what holds for all of them can be tried on all of them.
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { queueRelease, saveVerdicts } from '../../src/store/releases.ts'
import type { StoredReview } from '../../src/store/tables/previews.ts'
import { createToken } from '../../src/store/tokens.ts'
import { viewerOf } from '../../src/store/viewer.ts'
import { shaOf, team, workspaceWithEnvironment } from '../store/rows.ts'

export interface WholeTeam {
  readonly teamId: string
  /** An owner's, with all scopes. */
  readonly token: string
  readonly userId: string
  /** Resource type → the id of its row; of service_instances there are two. */
  readonly ids: ReadonlyMap<string, string>
}

const review: StoredReview = {
  title: 'api is rebuilt',
  markdown: '**api** is rebuilt: its folder changed',
  text: 'api is rebuilt: its folder changed',
  conclusion: 'success',
  changes: [{ service: 'api', change: 'rebuilt', explanation: 'its folder changed' }],
  decisions: [],
  baseSha: shaOf('9'),
}

export async function wholeTeam(db: Database): Promise<WholeTeam> {
  const teamId = await team(db)
  const token = await createToken(db, { teamId, name: 'owner' })
  const { userId, via } = (await viewerOf(db, token))!
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const workspaceId = workspace.id
  const environmentId = environment.id
  const { release } = await queueRelease(db, {
    teamId,
    workspaceId,
    environmentId,
    ref: environment.ref,
    sha: shaOf('9'),
    triggeredBy: 'ada',
  })
  await saveVerdicts(db, release.id, [{ service: 'api', kind: 'live', words: 'live after 2 s' }])
  const of = (sql: { readonly id: string }) => sql.id
  const preview = newId()
  await db
    .insertInto('environments')
    .values({
      id: preview,
      teamId,
      workspaceId,
      name: 'preview',
      ref: 'refs/pull/1/head',
      kind: 'preview',
      project: preview,
      hostLabel: preview,
      pullRequestId: '1',
      analyzedTree: null,
      analyzedSha: null,
      liveReleaseId: null,
      pausedBy: null,
      pausedById: null,
      pauseReason: null,
    })
    .execute()
  const [api, worker] = [
    await service(db, { teamId, workspaceId, environmentId, name: 'api' }),
    await service(db, { teamId, workspaceId, environmentId, name: 'worker' }),
  ]
  const put = async (table: string, values: Record<string, unknown>) =>
    of(
      await db
        .insertInto(table as 'alerts')
        .values({ id: newId(), teamId, ...values } as never)
        .returning('id')
        .executeTakeFirstOrThrow(),
    )
  const alertRule = await put('alertRules', { workspaceId, name: 'too hot', condition: 'metric_above', metricType: 'cpu', threshold: 90 })
  const metric = await db
    .insertInto('serviceMetrics')
    .values({ teamId, serviceInstanceId: api, metricType: 'cpu', value: 50, unit: 'percent' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const ids: Record<string, string> = {
    teams: teamId,
    users: userId,
    members: of(await db.selectFrom('members').select('id').where('teamId', '=', teamId).executeTakeFirstOrThrow()),
    invitations: await put('invitations', {
      email: `${newId()}@example.com`,
      role: 'member',
      status: 'pending',
      inviterId: userId,
      expiresAt: new Date(Date.now() + 3_600_000),
    }),
    api_tokens: via.id,
    service_permissions: await put('servicePermissions', { workspaceId, userId, permissionType: 'view_logs', grantedById: userId }),
    audit_events: await put('auditEvents', {
      actor: 'ada',
      actorId: userId,
      actorKind: 'token',
      action: 'workspaces.update',
      subjectType: 'workspaces',
      subjectId: workspaceId,
    }),
    workspaces: workspaceId,
    files: await put('files', {
      workspaceId,
      path: `${newId()}/package.json`,
      blob: shaOf('b'),
      detectedTechnologies: ['nodejs'],
      analysisConfidence: 0.9,
    }),
    topology_detections: await put('topologyDetections', {
      workspaceId,
      folderPath: '.',
      revision: shaOf('9'),
      deploymentStrategy: 'compose_stack',
      confidenceScore: 0.9,
    }),
    environments: environmentId,
    previews: preview,
    pull_requests: await put('pullRequests', {
      ...{ workspaceId, hostId: '279147437', number: 1, state: 'open', title: 'Say hello', author: 'ada', isFork: false, isDraft: false },
      ...{ url: 'https://github.com/acme/shop/pull/1', ref: 'refs/pull/1/head', headSha: shaOf('8'), environmentId: preview },
      ...{ headRef: 'refs/heads/hello', baseRef: 'refs/heads/main', labels: ['preview'] },
      review: JSON.stringify(review),
    }),
    deliveries: await put('deliveries', {
      workspaceId,
      forge: 'git',
      deliveryId: newId(),
      event: 'push',
      headers: '{"x-event":"push","x-hub-signature":"sha1=1"}',
      body: Buffer.from('{}'),
      decision: 'accepted',
      reason: 'a push to main',
    }),
    ledger_checks: await put('ledgerChecks', {
      workspaceId,
      forge: 'github',
      connection: 'main',
      kind: 'deliveries',
      compared: 12,
      missed: 1,
      recovered: 1,
      words: '1 delivery was missed; 1 recovered',
      found: '[{"event":"push","words":"recovered"}]',
    }),
    releases: release.id,
    release_services: of(await db.selectFrom('releaseServices').select('id').where('releaseId', '=', release.id).executeTakeFirstOrThrow()),
    operations: await put('operations', {
      workspaceId,
      environmentId,
      serviceInstanceId: api,
      kind: 'deploy_service',
      requestedBy: 'ada',
      requestedById: userId,
    }),
    dead_letters: await put('operations', {
      ...{ workspaceId, environmentId, kind: 'deploy_workspace', requestedBy: 'ada', requestedById: userId },
      ...{ state: 'failed', errorCode: 'internal', errorMessage: 'something went wrong inside kyozo', finishedAt: new Date() },
    }),
    service_instances: api,
    deployment_events: await put('deploymentEvents', {
      serviceInstanceId: api,
      releaseId: release.id,
      eventType: 'service_started',
      durationMs: 1_200,
      triggeredBy: 'ada',
    }),
    service_dependencies: await put('serviceDependencies', {
      serviceInstanceId: api,
      dependsOnId: worker,
      dependencyType: 'requires',
      environmentVariable: 'WORKER_URL',
    }),
    health_checks: await put('healthChecks', { serviceInstanceId: api, checkType: 'http', status: 'healthy', responseTimeMs: 12 }),
    service_metrics: String(metric.id),
    repairs: await put('repairs', {
      workspaceId,
      environmentId,
      state: 'succeeded',
      reason: 'api: its container ended with code 137',
      outcome: 'api: 1 container started again',
      generation: 3,
      leaseOwner: 'one',
      finishedAt: new Date(),
    }),
    drifts: await put('drifts', {
      workspaceId,
      environmentId,
      serviceInstanceId: api,
      service: 'api',
      containerId: 'c0ffee',
      field: 'limits.memory',
      expected: '64Mi',
      actual: '128Mi',
    }),
    port_allocations: await put('portAllocations', {
      environmentId,
      service: 'api',
      containerPort: 3_000,
      protocol: 'tcp',
      hostPort: await freeHostPort(db),
    }),
    secrets: await put('secrets', { workspaceId, name: 'API_KEY', ciphertext: Buffer.from('sealed'), createdById: userId }),
    forge_connections: await put('forgeConnections', {
      forge: 'github',
      name: `c${newId().slice(-12)}`,
      apiUrl: 'https://api.github.example',
      webhookSecret: Buffer.from('sealed'),
      credentials: Buffer.from('sealed'),
    }),
    alert_rules: alertRule,
    alerts: await put('alerts', { alertRuleId: alertRule, workspaceId, words: 'api uses 95 % of a core', value: 95 }),
  }
  return { teamId, token, userId, ids: new Map(Object.entries(ids)) }
}

async function service(
  db: Database,
  at: { readonly teamId: string; readonly workspaceId: string; readonly environmentId: string; readonly name: string },
): Promise<string> {
  const id = newId()
  await db
    .insertInto('serviceInstances')
    .values({
      ...at,
      id,
      folderPath: at.name,
      serviceType: 'nodejs',
      status: 'running',
      healthStatus: 'healthy',
      resourceLimits: '{"memory":"512Mi","cpu":"0.5"}',
      scalingConfig: '{"replicas":2}',
      deployedAt: new Date(),
    })
    .execute()
  return id
}

async function freeHostPort(db: Database): Promise<number> {
  const { highest } = await db
    .selectFrom('portAllocations')
    .select((eb) => eb.fn.max('hostPort').as('highest'))
    .executeTakeFirstOrThrow()
  return (highest ?? 20_000) + 1
}
