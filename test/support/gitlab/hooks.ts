// Webhooks as GitLab's API tells of them, and for a week every attempt to send something, with what was sent.
import { type Answer, failure, type ProjectCall, pageOf, timePart, type World } from './operations.ts'
import { pushPayload } from './payloads.ts'
import type { Hook, Project, StoredDelivery } from './state.ts'
import { alertStatus, deliver } from './webhooks.ts'

const keptMs = 7 * 24 * 3_600_000

export function listHooks(world: World, call: ProjectCall): Answer {
  return pageOf(
    world,
    call,
    call.project.hooks.map((hook) => hookPart(world, call.project, hook)),
  )
}

export interface NewHook {
  readonly url: string
  readonly token?: string
  readonly signingToken?: string
}

export function makeHook(world: World, project: Project, { url, token, signingToken }: NewHook): Hook {
  const hook: Hook = {
    id: world.nextId(),
    url,
    token,
    signingToken,
    // What a webhook hears of when nobody says what.
    push_events: true,
    tag_push_events: false,
    merge_requests_events: false,
    note_events: false,
    enable_ssl_verification: true,
    push_events_branch_filter: '',
    branch_filter_strategy: 'wildcard',
    createdAtMs: world.now(),
    failures: 0,
    disabledUntilMs: null,
    isUnreachable: false,
  }
  project.hooks.push(hook)
  return hook
}

export function addHook(world: World, { project, body }: ProjectCall): Answer {
  const invalid = problemOf(body)
  if (invalid !== undefined) return invalid
  const hook = makeHook(world, project, { url: String(body.url) })
  applyTo(world, hook, body)
  return { status: 201, body: hookPart(world, project, hook) }
}

function hookOf({ project, operation }: ProjectCall): Hook | undefined {
  return project.hooks.find(({ id }) => String(id) === operation.params.hook_id)
}

export function editHook(world: World, call: ProjectCall): Answer {
  const hook = hookOf(call)
  if (hook === undefined) return failure(404, '404 Not found')
  const invalid = problemOf(call.body)
  if (invalid !== undefined) return invalid
  // Whoever changes where it leads does not get the secret sent there.
  if (call.body.url !== undefined && call.body.url !== hook.url) Object.assign(hook, { token: undefined, signingToken: undefined })
  applyTo(world, hook, call.body)
  return { status: 200, body: hookPart(world, call.project, hook) }
}

function problemOf({ url, signing_token }: Readonly<Record<string, unknown>>): Answer | undefined {
  if (url !== undefined && !/^https?:\/\/[^/]+/.test(String(url))) return failure(422, 'Invalid url given')
  const isToken = signing_token === undefined || /^whsec_[A-Za-z0-9+/]{43}=$/.test(String(signing_token))
  return isToken ? undefined : failure(400, { signing_token: ['must be in whsec_<base64> format encoding a 32-byte key'] })
}

/** What an older GitLab does not know it passes over. */
function applyTo({ hasSigningTokens }: World, hook: Hook, { token, signing_token, ...rest }: Readonly<Record<string, unknown>>): void {
  Object.assign(hook, rest)
  if (token !== undefined) hook.token = String(token)
  if (signing_token !== undefined && hasSigningTokens) hook.signingToken = String(signing_token)
}

function hookPart({ now, hasSigningTokens }: World, project: Project, hook: Hook) {
  const { id, url, token, signingToken, createdAtMs, disabledUntilMs, failures: _, isUnreachable: __, ...rest } = hook
  return {
    id,
    url,
    project_id: project.id,
    created_at: timePart(createdAtMs),
    ...rest,
    alert_status: alertStatus(hook, now()),
    disabled_until: disabledUntilMs === null ? null : timePart(disabledUntilMs),
    ...(hasSigningTokens ? { token_present: token !== undefined, signing_token_present: signingToken !== undefined } : {}),
  }
}

/** Sends what a push of the default branch would say, even by a webhook that is off; an answer that is good puts it on again. */
export async function testHook(world: World, call: ProjectCall): Promise<Answer> {
  const { project, user } = call
  const hook = hookOf(call)
  if (hook === undefined) return failure(404, '404 Not found')
  if (world.limiter.isOver('resendsPerMinute', `test ${user.username}`, world.now())) return tooMany
  const ref = `refs/heads/${project.defaultBranch}`
  const after = await project.git.tip(ref)
  if (after === undefined) return failure(422, 'Ensure the project has at least one commit.')
  const payload = pushPayload(project, { ref, before: after, after, user })
  const { status, answer } = await deliver(project, { hook, event: 'Push Hook', payload, nowMs: world.now() })
  return status >= 200 && status < 300 ? { status: 201, body: { message: '201 Created' } } : failure(422, answer)
}

const tooMany = failure(429, { error: 'This endpoint has been requested too many times. Try again later.' })

function eventsOf({ now }: World, { project }: ProjectCall, hook: Hook): StoredDelivery[] {
  return project.deliveries.filter(({ hookId, atMs }) => hookId === hook.id && atMs > now() - keptMs).toReversed()
}

export function listEvents(world: World, call: ProjectCall): Answer {
  const hook = hookOf(call)
  if (hook === undefined) return failure(404, '404 Not found')
  return pageOf(
    world,
    call,
    eventsOf(world, call, hook).map((delivery) => eventPart(world, hook, delivery)),
    20,
  )
}

/** While it is asked, and with the same key. */
export async function resendEvent(world: World, call: ProjectCall): Promise<Answer> {
  const hook = hookOf(call)
  const sent = hook && eventsOf(world, call, hook).find(({ id }) => String(id) === call.operation.params.hook_log_id)
  if (hook === undefined || sent === undefined) return failure(404, '404 Not found')
  if (world.limiter.isOver('resendsPerMinute', `resend ${hook.id} ${call.user.username}`, world.now())) return tooMany
  const { event, payload, idempotencyKey } = sent
  const { status, answer } = await deliver(call.project, { hook, event, payload, idempotencyKey, nowMs: world.now() })
  return status === 0 ? failure(422, answer) : { status: 201, body: { response_status: status } }
}

function eventPart({ tellsWhenSent }: World, hook: Hook, { id, event, payload, headers, status, answer, atMs }: StoredDelivery) {
  const capital = (name: string) => name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase()).replace('Uuid', 'UUID')
  const shown = Object.entries(headers).map(([name, text]) => [capital(name), name === 'x-gitlab-token' ? '[REDACTED]' : text])
  return {
    id,
    url: hook.url,
    trigger: `${event.replace(' Hook', '').toLowerCase().replaceAll(' ', '_')}_hooks`,
    request_headers: Object.fromEntries(shown),
    request_data: payload,
    response_headers: {},
    response_body: answer,
    execution_duration: 0.1,
    response_status: status === 0 ? 'internal error' : String(status),
    ...(tellsWhenSent ? { created_at: timePart(atMs) } : {}),
  }
}
