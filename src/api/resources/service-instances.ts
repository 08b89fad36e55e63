import { z } from 'zod'
import { deploymentStatus, type ResourceUtilization, uptimeSeconds } from '../../release/service-life.ts'
import { serviceInstanceWrites } from '../actions/service-instances.ts'
import { type AnswerContext, integer, json, loaded, number, oneOf, type Row, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { type ServiceFacts, serviceFacts } from './service-facts.ts'
import { createdAt, many, names, object, one, perhapsOne, quantities, updatedAt } from './shapes.ts'

const figure = z.object({ used: z.number(), limit: z.number().nullable(), percent: z.number().nullable() }).nullable()
const needs = [
  'id',
  'status',
  'healthStatus',
  'statusReason',
  'deployedAt',
  'scalingConfig',
  'resourceLimits',
  'memoryUsageMb',
  'cpuUsagePercent',
  'healthCheckConfig',
]

export const serviceInstances: Resource = {
  type: 'service_instances',
  description: 'A service of an environment: what it should be, what it is, and how it does.',
  table: 'serviceInstances',
  attributes: {
    name: text('Its name in the environment.', { sort: true, filter: 'equal' }),
    folder_path: text('Its folder, from the root of the repository.', { sort: true, filter: 'equal' }),
    service_type: text('The language or runtime.', { sort: true, filter: 'equal' }),
    status: oneOf(['detecting', 'deployable', 'deploying', 'running', 'stopped', 'error', 'scaling'], 'What it does.', {
      sort: true,
      filter: 'equal',
    }),
    status_reason: text('Why the status is what it is, in words.', { nullable: true }),
    health_status: oneOf(['healthy', 'unhealthy', 'unknown'], 'What its newest health check said.', { sort: true, filter: 'equal' }),
    desired_state: oneOf(['running', 'stopped', 'destroyed'], 'What a person wants, whatever the repository says.', {
      sort: true,
      filter: 'equal',
    }),
    desired_by: text('Who wants it so.', { nullable: true }),
    desired_at: time('Since when.', { nullable: true }),
    desired_reason: text('Why.', { nullable: true }),
    container_id: text('Its newest container.', { nullable: true, filter: 'equal' }),
    url: text('Where it answers.', { nullable: true }),
    port_mappings: json(z.array(z.looseObject({ container: z.int() })), 'Ports of its containers and where the machine has them.'),
    environment_variables: json(names, 'Names of the variables that it is started with.'),
    resource_limits: json(quantities, 'What a copy may use.'),
    health_check_config: json(object, 'How its health is proved.'),
    scaling_config: json(object, 'How many copies run.'),
    settings: json(object, 'What people set, in the keys of kyozo.yaml; it wins over kyozo.yaml.'),
    deployment_config: json(object, 'What it was started with.', { large: true }),
    deployment_logs: text('Where the log of its newest deployment is.', { nullable: true }),
    startup_time_ms: integer('How long its newest start took until it was healthy.', { nullable: true }),
    memory_usage_mb: integer('Memory that it uses.', { nullable: true }),
    cpu_usage_percent: number('Processor that it uses; 100 is one core.', { nullable: true }),
    event_sequence: integer('The number of its newest deployment event.'),
    last_health_check_at: time('When its health was looked at last.', { nullable: true }),
    created_at: createdAt,
    updated_at: updatedAt,
    deployed_at: time('When its newest containers took over.', { nullable: true, filter: 'range' }),
    last_accessed_at: time('When somebody asked it something last, about.', { nullable: true }),
    removed_at: time('Since when the repository no longer has it.', { nullable: true }),
    uptime_seconds: integer('How long it has run since its newest start; null when it does not run.', {
      nullable: true,
      large: true,
      source: fromFacts((facts, { now }) => uptimeSeconds(facts, now)),
    }),
    deployment_status: text('How it stands, in words.', {
      large: true,
      source: fromFacts((facts, { now }) => deploymentStatus(facts, now)),
    }),
    resource_utilization: json(
      z.object({ cpu: figure, memory: figure, recorded_at: z.iso.datetime().nullable() }),
      'The newest figures beside the limits: cores and bytes of all copies. Null when none is known.',
      { nullable: true, large: true, source: fromFacts((facts): ResourceUtilization | null => facts.utilization) },
    ),
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    environment: one('environments', 'environmentId', 'The environment.'),
    topology_detection: perhapsOne('topology_detections', 'topologyDetectionId', 'What the analysis found in its folder.'),
    parent_service: perhapsOne('service_instances', 'parentServiceId', 'The service that it is a part of.'),
    created_by: perhapsOne('users', 'createdById', 'Who made it.'),
    child_services: many('service_instances', 'parentServiceId', { description: 'Its parts.' }),
    deployment_events: many('deployment_events', 'serviceInstanceId', { description: 'What happened to it.', alias: 'events' }),
    health_checks: many('health_checks', 'serviceInstanceId', { description: 'How its health was.', alias: 'health' }),
    service_metrics: many('service_metrics', 'serviceInstanceId', { description: 'What it used.', alias: 'metrics' }),
    dependencies: many('service_dependencies', 'serviceInstanceId', { description: 'What it needs.' }),
    dependents: many('service_dependencies', 'dependsOnId', { description: 'What needs it.' }),
    service_permissions: many('service_permissions', 'serviceInstanceId', { description: 'Who may do what with it alone.' }),
    operations: many('operations', 'serviceInstanceId', { description: 'What was asked for.' }),
    drifts: many('drifts', 'serviceInstanceId', { description: 'Differences between what runs of it and what was released.' }),
    alert_rules: many('alert_rules', 'serviceInstanceId', { description: 'When somebody wants to be told.' }),
    alerts: many('alerts', 'serviceInstanceId', { description: 'What came of its alert rules.' }),
  },
  hidden: { filter: 'removed', column: 'removedAt' },
  read: 'service_instances.read',
  subject: { workspace: 'workspaceId', service: 'id' },
  ...serviceInstanceWrites,
}

/** What is known of all services of an answer is asked for once, however many attributes are made from it. */
function fromFacts(of: (facts: ServiceFacts, at: AnswerContext) => unknown) {
  return loaded(needs, async (rows: readonly Row[], at) => {
    const facts = await serviceFacts(rows, at)
    return rows.map((row) => of(facts.get(String(row.id))!, at))
  })
}
