// The resources of the API. This file is the list; JSON:API, OpenAPI and GraphQL are made from it.
import { alertRules } from './alert-rules.ts'
import { alerts } from './alerts.ts'
import { apiTokens } from './api-tokens.ts'
import { auditEvents } from './audit-events.ts'
import { deadLetters } from './dead-letters.ts'
import { deliveries } from './deliveries.ts'
import { deploymentEvents } from './deployment-events.ts'
import { drifts } from './drifts.ts'
import { environments, previews } from './environments.ts'
import { files } from './files.ts'
import { forgeConnections } from './forge-connections.ts'
import { healthChecks } from './health-checks.ts'
import { invitations } from './invitations.ts'
import { ledgerChecks } from './ledger-checks.ts'
import { members } from './members.ts'
import { operations } from './operations.ts'
import { portAllocations } from './port-allocations.ts'
import { pullRequests } from './pull-requests.ts'
import { releaseServices } from './release-services.ts'
import { releases } from './releases.ts'
import { repairs } from './repairs.ts'
import type { Resource } from './resource.ts'
import { secrets } from './secrets.ts'
import { serviceDependencies } from './service-dependencies.ts'
import { serviceInstances } from './service-instances.ts'
import { serviceMetrics } from './service-metrics.ts'
import { servicePermissions } from './service-permissions.ts'
import { teams } from './teams.ts'
import { topologyDetections } from './topology-detections.ts'
import { users } from './users.ts'
import { workspaces } from './workspaces.ts'

export const resources: readonly Resource[] = [
  teams,
  users,
  members,
  invitations,
  apiTokens,
  servicePermissions,
  auditEvents,
  workspaces,
  files,
  topologyDetections,
  environments,
  previews,
  pullRequests,
  deliveries,
  ledgerChecks,
  releases,
  releaseServices,
  repairs,
  drifts,
  operations,
  deadLetters,
  serviceInstances,
  deploymentEvents,
  serviceDependencies,
  healthChecks,
  serviceMetrics,
  portAllocations,
  secrets,
  forgeConnections,
  alertRules,
  alerts,
]

const byType = new Map(resources.map((resource) => [resource.type, resource]))

export function findResource(type: string): Resource | undefined {
  return byType.get(type)
}

/** For a type that a description names. */
export function resourceOf(type: string): Resource {
  return byType.get(type)!
}
