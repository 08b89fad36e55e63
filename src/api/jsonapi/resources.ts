// The resources of /api/v1, as data: which table, which columns are attributes, which are relationships, what can be filtered. This file is the list.
import type { TeamTable } from '../../store/reading.ts'

export interface Relationship {
  /** The column that holds the other resource's id. */
  readonly column: string
  readonly type: string
}

export interface Resource {
  readonly type: string
  readonly table: TeamTable
  readonly attributes: readonly string[]
  /** Attributes that only the single resource shows, because they are large. */
  readonly largeAttributes: readonly string[]
  readonly relationships: Readonly<Record<string, Relationship>>
  /** Filter name → column. */
  readonly filters: Readonly<Record<string, string>>
}

export const resources: readonly Resource[] = [
  {
    type: 'workspaces',
    table: 'workspaces',
    attributes: [
      'name',
      'forge',
      'repositoryName',
      'repositoryUrl',
      'defaultBranch',
      'containerEnabled',
      'autoDeployEnabled',
      'deploymentEnvironment',
      'defaultResourceLimits',
      'createdAt',
      'updatedAt',
    ],
    largeAttributes: ['serviceTopology'],
    relationships: {},
    filters: { name: 'name', forge: 'forge' },
  },
  {
    type: 'environments',
    table: 'environments',
    attributes: [
      'name',
      'ref',
      'kind',
      'analyzedSha',
      'generation',
      'pausedBy',
      'pausedAt',
      'pauseReason',
      'expiresAt',
      'createdAt',
      'updatedAt',
    ],
    largeAttributes: [],
    relationships: { workspace: { column: 'workspaceId', type: 'workspaces' }, liveRelease: { column: 'liveReleaseId', type: 'releases' } },
    filters: { workspace: 'workspaceId', name: 'name', ref: 'ref' },
  },
  {
    type: 'releases',
    table: 'releases',
    attributes: [
      'ref',
      'sha',
      'tree',
      'state',
      'stage',
      'reason',
      'errorCode',
      'supersededBy',
      'generation',
      'attempt',
      'timings',
      'triggeredBy',
      'createdAt',
      'startedAt',
      'finishedAt',
    ],
    largeAttributes: ['diff', 'topology', 'plan', 'planText'],
    relationships: {
      workspace: { column: 'workspaceId', type: 'workspaces' },
      environment: { column: 'environmentId', type: 'environments' },
    },
    filters: { workspace: 'workspaceId', environment: 'environmentId', state: 'state', sha: 'sha' },
  },
  {
    type: 'deliveries',
    table: 'deliveries',
    attributes: ['forge', 'connection', 'deliveryId', 'event', 'decision', 'reason', 'releaseIds', 'receivedAt', 'processedAt'],
    largeAttributes: ['headers'],
    relationships: { workspace: { column: 'workspaceId', type: 'workspaces' } },
    filters: { workspace: 'workspaceId', decision: 'decision', event: 'event', deliveryId: 'deliveryId' },
  },
  {
    type: 'service_instances',
    table: 'serviceInstances',
    attributes: [
      'name',
      'folderPath',
      'serviceType',
      'status',
      'healthStatus',
      'containerId',
      'portMappings',
      'environmentVariables',
      'resourceLimits',
      'healthCheckConfig',
      'scalingConfig',
      'startupTimeMs',
      'lastHealthCheckAt',
      'deployedAt',
      'createdAt',
      'updatedAt',
    ],
    largeAttributes: ['deploymentConfig'],
    relationships: {
      workspace: { column: 'workspaceId', type: 'workspaces' },
      environment: { column: 'environmentId', type: 'environments' },
    },
    filters: { workspace: 'workspaceId', environment: 'environmentId', status: 'status', name: 'name' },
  },
]
