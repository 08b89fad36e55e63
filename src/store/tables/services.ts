// Tables of services: instances, what happens to them, who may touch them, what they use.
import type { ColumnType, Generated } from 'kysely'
import type { DefaultJson, OptionalJson, OptionalTime, Sequence, Time } from './columns.ts'

export interface ServiceInstanceTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string
  name: string
  folderPath: string
  serviceType: string
  status: 'detecting' | 'deployable' | 'deploying' | 'running' | 'stopped' | 'error' | 'scaling'
  healthStatus: Generated<'healthy' | 'unhealthy' | 'unknown'>
  containerId: string | null
  deploymentConfig: ColumnType<Record<string, unknown>, string | undefined, string>
  portMappings: ColumnType<readonly { readonly container: number; readonly host: number }[], string | undefined, string>
  environmentVariables: ColumnType<readonly string[], string | undefined, string>
  resourceLimits: ColumnType<Record<string, string>, string | undefined, string>
  healthCheckConfig: ColumnType<Record<string, unknown>, string | undefined, string>
  scalingConfig: ColumnType<Record<string, unknown>, string | undefined, string>
  deploymentLogs: string | null
  lastHealthCheckAt: OptionalTime
  startupTimeMs: number | null
  memoryUsageMb: number | null
  cpuUsagePercent: number | null
  topologyDetectionId: string | null
  createdById: string | null
  parentServiceId: string | null
  createdAt: Time
  updatedAt: Time
  deployedAt: OptionalTime
  lastAccessedAt: OptionalTime
  /** What a person wants, whatever the repository says. */
  desiredState: Generated<'running' | 'stopped' | 'destroyed'>
  desiredBy: string | null
  desiredAt: OptionalTime
  desiredReason: string | null
  /** What a person set, in the keys of kyozo.yaml's `services.<name>`; wins over kyozo.yaml. */
  settings: ColumnType<Record<string, unknown>, string | undefined, string>
  /** Why the status is what it is, in words. */
  statusReason: string | null
  url: string | null
  /** Set when the repository no longer has it. */
  removedAt: OptionalTime
  /** The number of its newest deployment event. */
  eventSequence: ColumnType<string, never, never>
}

export interface RouteTable {
  teamId: string
  environmentId: string
  service: string
  host: string
  containerId: string
  port: number
  state: 'serving' | 'draining'
  updatedAt: Time
}

export interface FileTable {
  id: string
  teamId: string
  workspaceId: string
  path: string
  blob: string
  serviceMetadata: DefaultJson<Record<string, unknown>>
  isServiceIndicator: Generated<boolean>
  detectedTechnologies: Generated<string[]>
  analysisConfidence: number | null
  lastAnalyzedAt: Time
  createdAt: Time
}

export interface TopologyDetectionTable {
  id: string
  teamId: string
  workspaceId: string
  /** `.` for the whole repository. */
  folderPath: string
  revision: string
  detectedPatterns: DefaultJson<unknown[]>
  serviceIndicators: DefaultJson<unknown[]>
  dependencyMap: DefaultJson<Record<string, unknown>>
  serviceGraph: DefaultJson<Record<string, unknown>>
  recommendedServices: DefaultJson<unknown[]>
  deploymentRecommendations: DefaultJson<unknown[]>
  deploymentStrategy: 'single_service' | 'compose_stack' | 'kubernetes' | 'custom'
  confidenceScores: DefaultJson<Record<string, number>>
  confidenceScore: number
  analysisMetadata: DefaultJson<Record<string, unknown>>
  isLatest: Generated<boolean>
  createdAt: Time
}

export const eventTypes = [
  'deployment_started', 'deployment_completed', 'deployment_failed', 'service_started', 'service_stopped', 'service_restarted', 'service_scaled',
  'health_check_passed', 'health_check_failed', 'configuration_updated', 'image_built', 'image_pushed',
] as const // biome-ignore format: a list

export type EventType = (typeof eventTypes)[number]

export interface DeploymentEventTable {
  id: string
  teamId: string
  serviceInstanceId: string
  releaseId: string | null
  operationId: string | null
  eventType: EventType
  eventData: DefaultJson<Record<string, unknown>>
  errorMessage: string | null
  durationMs: number | null
  /** Gapless for each service; the database gives it. */
  sequenceNumber: ColumnType<string, never, never>
  triggeredBy: string | null
  triggeredById: string | null
  occurredAt: Time
}

export interface ServiceDependencyTable {
  id: string
  teamId: string
  serviceInstanceId: string
  dependsOnId: string
  dependencyType: 'requires' | 'optional' | 'conflicts'
  startupOrder: Generated<number>
  environmentVariable: string | null
  connectionTemplate: string | null
  createdAt: Time
}

export interface HealthCheckTable {
  id: string
  teamId: string
  serviceInstanceId: string
  checkType: 'http' | 'tcp' | 'exec' | 'grpc' | 'docker'
  status: 'healthy' | 'unhealthy' | 'unknown'
  responseTimeMs: number | null
  errorMessage: string | null
  checkedAt: Time
}

/** How a running container stands by its service's health check. */
export interface ContainerHealthTable {
  containerId: string
  teamId: string
  serviceInstanceId: string
  status: 'healthy' | 'unhealthy'
  isFlapping: Generated<boolean>
  /** The last looks, the newest at the end: `P` passed, `F` failed. */
  history: Generated<string>
  words: string | null
  /** When the container was started that this is about, in the engine's own words; null while nobody has noted it. */
  start: string | null
  /** Started since it was proven, and no look has found more yet. */
  isUnproven: Generated<boolean>
  changedAt: Time
}

export const metricTypes = ['cpu', 'memory', 'disk', 'network', 'requests', 'errors'] as const
export type MetricType = (typeof metricTypes)[number]

export interface ServiceMetricTable {
  id: Sequence
  teamId: string
  serviceInstanceId: string
  metricType: MetricType
  value: number
  unit: 'percent' | 'bytes' | 'bytes_per_second' | 'count' | 'per_second'
  metadata: OptionalJson<Record<string, unknown>>
  recordedAt: Time
}

export interface ServiceMetricRollupTable {
  serviceInstanceId: string
  metricType: MetricType
  bucketStart: Time
  teamId: string
  unit: string
  samples: number
  minimum: number
  maximum: number
  average: number
}

export interface PortAllocationTable {
  id: string
  teamId: string
  environmentId: string
  service: string
  containerPort: number
  protocol: 'tcp' | 'udp'
  hostPort: number
  createdAt: Time
}

export interface OperationTable {
  id: string
  teamId: string
  workspaceId: string | null
  environmentId: string | null
  serviceInstanceId: string | null
  releaseId: string | null
  kind: string
  state: Generated<'queued' | 'running' | 'succeeded' | 'failed' | 'canceled'>
  input: DefaultJson<Record<string, unknown>>
  result: OptionalJson<Record<string, unknown>>
  /** How it stands, or how it ended, as a sentence. */
  words: string | null
  errorCode: string | null
  errorMessage: string | null
  errorHint: string | null
  idempotencyKey: string | null
  requestHash: string | null
  requestedBy: string
  requestedById: string | null
  attempt: Generated<number>
  leaseOwner: string | null
  leaseToken: string | null
  leaseExpiresAt: OptionalTime
  createdAt: Time
  startedAt: OptionalTime
  finishedAt: OptionalTime
}
