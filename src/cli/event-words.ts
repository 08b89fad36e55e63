// What happened, as one line for people. Pure.

/** The data of a live event, as the API's guide describes it. */
export interface LiveDocument {
  readonly type: string
  readonly id: string | null
  readonly action: string
  readonly workspace: string | null
  readonly environment: string | null
  readonly service: string | null
  readonly release: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly at: string
}

type Data = LiveDocument['data']

const words: Readonly<Record<string, (data: Data) => readonly unknown[]>> = {
  service_instances: (data) => [data.status, data.health_status, data.status_reason],
  releases: (data) => [String(data.sha).slice(0, 7), data.state, data.state === 'running' ? data.stage : data.reason],
  operations: (data) => [data.kind, data.state, data.words],
  deployment_events: (data) => [data.event_type, data.error_message],
  deliveries: (data) => [data.forge, data.event, data.decision, data.reason],
  environments: (data) => [data.name, data.paused_at == null ? undefined : 'paused'],
  alerts: (data) => [data.state, data.words],
}

export function eventWords({ type, action, data }: LiveDocument): string {
  const told = (words[type] ?? ((all: Data) => Object.values(all)))(data)
  const parts = told.filter((part) => typeof part === 'string' || typeof part === 'number').map((part) => String(part).split('\n')[0])
  return [`${type} ${action}`, parts.filter((part) => part !== '').join(', ')].filter((part) => part !== '').join(': ')
}
