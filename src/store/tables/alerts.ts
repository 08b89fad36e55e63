// Tables of what is watched for people: alert rules, and the alerts they opened.
import type { Generated } from 'kysely'
import type { OptionalTime, Time } from './columns.ts'
import type { MetricType } from './services.ts'

export interface AlertRuleTable {
  id: string
  teamId: string
  workspaceId: string | null
  environmentId: string | null
  serviceInstanceId: string | null
  name: string
  condition: 'service_unhealthy' | 'service_stopped' | 'release_failed' | 'host_not_told' | 'metric_above' | 'metric_below'
  metricType: MetricType | null
  threshold: number | null
  forSeconds: Generated<number>
  isEnabled: Generated<boolean>
  createdById: string | null
  createdAt: Time
  updatedAt: Time
}

export interface AlertTable {
  id: string
  teamId: string
  alertRuleId: string
  workspaceId: string | null
  environmentId: string | null
  serviceInstanceId: string | null
  releaseId: string | null
  state: Generated<'open' | 'acknowledged' | 'resolved'>
  words: string
  value: number | null
  openedAt: Time
  acknowledgedById: string | null
  acknowledgedAt: OptionalTime
  resolvedAt: OptionalTime
}
