// What the database says of a history's workspace. Only reads.
import type { ServiceName } from '../acts.ts'
import type { ReleaseSeen, Seen, ServiceSeen } from '../facts.ts'
import type { Lane } from './lane.ts'
import type { Subject } from './subject.ts'

type Rows = Pick<Seen, 'environment' | 'deliveries' | 'releases' | 'services' | 'operations' | 'repairs' | 'awaited' | 'outbox'>

export async function readRows({ postgres }: Lane, { workspace, connection }: Subject): Promise<Rows> {
  const [environments, deliveries, releases, services, operations, repairs, awaited, outbox] = await Promise.all([
    postgres.query<EnvironmentRow>(environmentText, [workspace]),
    postgres.query<Seen['deliveries'][number]>(deliveryText, [connection]),
    postgres.query<ReleaseSeen>(releaseText, [workspace]),
    postgres.query<ServiceSeen & { readonly name: ServiceName }>(serviceText, [workspace]),
    postgres.query<Seen['operations'][number]>(operationText, [workspace]),
    postgres.query<Seen['repairs'][number]>(repairText, [workspace]),
    postgres.query<{ readonly field: string }>(awaitedText, [workspace]),
    postgres.query<Seen['outbox'][number]>(outboxText, [connection]),
  ])
  return {
    environment: environments[0],
    deliveries,
    releases,
    services,
    operations,
    repairs,
    awaited: awaited.map(({ field }) => field),
    outbox,
  }
}

type EnvironmentRow = NonNullable<Seen['environment']>

const environmentText = `
  select e.project, e.live_release_id as "liveReleaseId", e.generation::int, e.paused_at is not null as "isPaused"
  from environments e join workspaces w on w.id = e.workspace_id where w.name = $1 and e.name = 'production'`

const deliveryText = `
  select delivery_id as guid, decision, reason, release_ids as "releaseIds" from deliveries where connection = $1 order by received_at`

const releaseText = `
  select r.id, r.sequence::int, r.sha, r.state, r.reason, r.error_code as "errorCode", r.attempt::int, r.lease_token is not null as "hasLease",
    r.options ?| array['ofLive', 'rollbackTo'] as "isAsked", (extract(epoch from r.started_at) * 1000)::float8 as "startedMs",
    (extract(epoch from r.finished_at) * 1000)::float8 as "finishedMs",
    coalesce((select json_agg(json_build_object('service', s.service, 'verdict', s.verdict, 'words', s.words)) from release_services s where s.release_id = r.id), '[]') as verdicts,
    coalesce((select json_agg(service ->> 'name') from jsonb_array_elements(r.stack_spec -> 'services') service), '[]') as stack,
    coalesce((select json_object_agg(service ->> 'name', (service ->> 'replicas')::int) from jsonb_array_elements(r.stack_spec -> 'services') service), '{}') as copies
  from releases r join workspaces w on w.id = r.workspace_id where w.name = $1 order by r.sequence`

const serviceText = `
  select i.id, i.name, i.desired_state as "desiredState", i.status, i.event_sequence::int as "eventSequence",
    coalesce((select json_agg(e.sequence_number order by e.sequence_number) from deployment_events e where e.service_instance_id = i.id), '[]') as "eventNumbers"
  from service_instances i join workspaces w on w.id = i.workspace_id where w.name = $1 and i.removed_at is null order by i.name`

const operationText = `
  select o.id, o.kind, o.state, o.words, o.lease_token as holder, o.release_id as "releaseId"
  from operations o join workspaces w on w.id = o.workspace_id where w.name = $1 order by o.created_at`

const repairText = `
  select r.state, r.reason, (extract(epoch from r.started_at) * 1000)::float8 as "startedMs",
    (extract(epoch from r.finished_at) * 1000)::float8 as "finishedMs"
  from repairs r join workspaces w on w.id = r.workspace_id where w.name = $1 order by r.started_at`

const awaitedText = `
  select d.service || ' ' || d.field as field from drifts d join workspaces w on w.id = d.workspace_id
  where w.name = $1 and d.ended_at is null and d.restore_requested_at is not null`

const outboxText = `
  select target, sent_at is null and dropped_at is null as "isOpen", dropped_at is not null as "wasDropped", last_error as words
  from outbox where connection = $1 order by sequence`
