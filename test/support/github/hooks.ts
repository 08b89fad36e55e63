// Webhooks as GitHub's API tells of them: which there are, and for three days every attempt to deliver something, with what was sent.
import type { App } from './access.ts'
import type { GrantedCall, OperationCall, RepositoryCall } from './calls.ts'
import type { Hook, Repository, StoredDelivery } from './state.ts'
import { deliver, payloadOf } from './webhooks.ts'
import { type Answer, failure, invalid, pageOf as pageOfList, type World } from './world.ts'

const keptMs = 3 * 24 * 3_600_000

export function listHooks(world: World, call: RepositoryCall): Answer {
  const own = call.repository.hooks.filter(({ appId }) => appId === undefined)
  return pageOfList(
    world,
    call,
    own.map((hook) => asHook(world, call.repository, hook)),
  )
}

interface Config {
  readonly url?: string
  readonly content_type?: string
  readonly secret?: string
  readonly insecure_ssl?: string | number
}

/** GitHub says hello to a new webhook. */
export function createHook(world: World, { repository, body }: GrantedCall): Answer {
  const config = (body.config ?? {}) as Config
  const events = (body.events ?? ['push']) as string[]
  if (config.url === undefined || !URL.canParse(config.url)) return invalid('Hook', [{ message: 'Config must contain URL for webhooks' }])
  const isKnown = repository.hooks.some(
    (hook) => hook.appId === undefined && hook.url === config.url && hook.events.some((one) => events.includes(one)),
  )
  if (isKnown) return invalid('Hook', [{ message: 'Hook already exists on this repository' }])
  const hook: Hook = {
    id: world.newId(),
    appId: undefined,
    isUnreachable: false,
    ...configured(config),
    events,
    isActive: body.active !== false,
  }
  repository.hooks.push(hook)
  const payload = payloadOf('ping', repository, { hook_id: hook.id })
  world.later(() => deliver(repository, { hook, event: 'ping', payload, nowMs: world.now() }))
  return { status: 201, body: asHook(world, repository, hook) }
}

export function getHook(world: World, call: RepositoryCall): Answer {
  const hook = hookOf(call)
  return hook === undefined ? failure(404, 'Not Found') : { status: 200, body: asHook(world, call.repository, hook) }
}

/** What the new configuration does not say is gone, the secret too. */
export function updateHook(world: World, call: GrantedCall): Answer {
  const hook = hookOf(call)
  if (hook === undefined) return failure(404, 'Not Found')
  const { body } = call
  if (body.config !== undefined) Object.assign(hook, configured(body.config as Config))
  const added = (body.add_events ?? []) as string[]
  const removed = (body.remove_events ?? []) as string[]
  const events = ((body.events ?? hook.events) as string[]).filter((event) => !removed.includes(event))
  hook.events = [...new Set([...events, ...added])]
  if (typeof body.active === 'boolean') hook.isActive = body.active
  return { status: 200, body: asHook(world, call.repository, hook) }
}

export function deleteHook(_: World, call: GrantedCall): Answer {
  const hook = hookOf(call)
  if (hook === undefined) return failure(404, 'Not Found')
  call.repository.hooks.splice(call.repository.hooks.indexOf(hook), 1)
  return { status: 204, body: undefined }
}

function configured({ url = '', content_type: type, secret = '', insecure_ssl: insecure }: Config) {
  const contentType: Hook['contentType'] = type === 'json' ? 'json' : 'form'
  return { url, contentType, secret, insecureSsl: String(insecure) === '1' ? '1' : '0' } as const
}

function asHook({ openApi, apiUrl }: World, repository: Repository, hook: Hook): unknown {
  const [example] = openApi.example('hook-items') as unknown as [{ config: object }]
  const url = `${apiUrl}/repos/${repository.fullName}/hooks/${hook.id}`
  const last = repository.deliveries.findLast(({ hookId }) => hookId === hook.id)
  const config = {
    url: hook.url,
    content_type: hook.contentType,
    insecure_ssl: hook.insecureSsl,
    ...(hook.secret === '' ? {} : { secret: '********' }),
  }
  return {
    ...example,
    id: hook.id,
    active: hook.isActive,
    events: hook.events,
    config,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response:
      last === undefined ? { code: null, status: 'unused', message: null } : { code: last.status, status: 'active', message: 'OK' },
  }
}

export function listDeliveries(world: World, call: RepositoryCall): Answer {
  const hook = hookOf(call)
  if (hook === undefined) return failure(404, 'Not Found')
  return pageOf(
    world,
    call,
    keptOf(world, call.repository, (id) => id === hook.id),
  )
}

export function getDelivery(world: World, call: RepositoryCall): Answer {
  const hook = hookOf(call)
  return oneDelivery(
    world,
    keptOf(world, call.repository, (id) => id === hook?.id),
    call,
  )
}

export function redeliver(world: World, call: RepositoryCall): Answer {
  const hook = hookOf(call)
  return sendAgain(
    world,
    keptOf(world, call.repository, (id) => id === hook?.id),
    call,
  )
}

export function listAppDeliveries(world: World, call: OperationCall, app: App): Answer {
  return pageOf(world, call, keptOfApp(world, app))
}

export function getAppDelivery(world: World, call: OperationCall, app: App): Answer {
  return oneDelivery(world, keptOfApp(world, app), call)
}

export function redeliverOfApp(world: World, call: OperationCall, app: App): Answer {
  return sendAgain(world, keptOfApp(world, app), call)
}

interface Sent {
  readonly repository: Repository
  readonly delivery: StoredDelivery
}

function hookOf({ repository, operation }: RepositoryCall): Hook | undefined {
  return repository.hooks.find(({ id, appId }) => id === Number(operation.params.hook_id) && appId === undefined)
}

function keptOf({ now }: World, repository: Repository, isOf: (hookId: number) => boolean): Sent[] {
  const kept = repository.deliveries.filter(({ hookId, atMs }) => isOf(hookId) && atMs > now() - keptMs)
  return kept.map((delivery) => ({ repository, delivery }))
}

function keptOfApp(world: World, app: App): Sent[] {
  return world.repositories
    .flatMap((repository) => {
      const hooks = repository.hooks.filter(({ appId }) => appId === app.appId).map(({ id }) => id)
      return keptOf(world, repository, (id) => hooks.includes(id))
    })
    .sort((a, b) => a.delivery.atMs - b.delivery.atMs)
}

/** Newest first; the cursor is the id of the last one that was shown. */
function pageOf({ openApi, apiUrl }: World, { query, path }: OperationCall, sent: readonly Sent[]): Answer {
  const [example] = openApi.example('hook-delivery-items') as unknown as [object]
  const size = Math.min(100, Number(query.get('per_page') ?? 30))
  const newestFirst = sent.toReversed()
  const cursor = query.get('cursor')
  const from = cursor === null ? 0 : newestFirst.findIndex(({ delivery }) => `v1_${delivery.id}` === cursor) + 1
  const page = newestFirst.slice(from, from + size)
  const next = new URLSearchParams({ per_page: String(size), cursor: `v1_${page.at(-1)?.delivery.id}` })
  const hasMore = from + size < newestFirst.length
  return {
    status: 200,
    body: page.map((one) => ({ ...example, ...itemOf(one) })),
    ...(hasMore ? { headers: { link: `<${apiUrl}${path}?${next}>; rel="next"` } } : {}),
  }
}

function oneDelivery({ openApi }: World, sent: readonly Sent[], { operation }: OperationCall): Answer {
  const one = sent.find(({ delivery }) => delivery.id === Number(operation.params.delivery_id))
  if (one === undefined) return failure(404, 'Not Found')
  const { delivery } = one
  const response = { headers: {}, payload: delivery.answer }
  const payload = delivery.isWithheld ? null : delivery.payload
  const example = openApi.example('hook-delivery')
  return { status: 200, body: { ...example, ...itemOf(one), request: { headers: delivery.headers, payload }, response } }
}

/** Accepted, and sent a moment later: a new attempt with the same guid. */
function sendAgain({ now, later }: World, sent: readonly Sent[], { operation }: OperationCall): Answer {
  const one = sent.find(({ delivery }) => delivery.id === Number(operation.params.delivery_id))
  const hook = one?.repository.hooks.find(({ id }) => id === one.delivery.hookId)
  if (one === undefined || hook === undefined) return failure(404, 'Not Found')
  const { event, payload, guid } = one.delivery
  later(() => deliver(one.repository, { hook, event, payload, guid, nowMs: now() }))
  return { status: 202, body: {} }
}

function itemOf({ repository, delivery }: Sent): object {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: new Date(delivery.atMs).toISOString(),
    redelivery: delivery.isRedelivery,
    status: statusWords(delivery.status),
    status_code: delivery.status,
    event: delivery.event,
    action: null,
    installation_id: null,
    repository_id: repository.id,
    throttled_at: null,
  }
}

function statusWords(status: number): string {
  if (status === 0) return 'failed to connect to host'
  return status < 400 ? 'OK' : `Invalid HTTP Response: ${status}`
}
