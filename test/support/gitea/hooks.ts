// Webhooks as Gitea's API makes and mends them: modules/webhook and routers/api/v1/utils/hook.go of go-gitea/gitea.
import type { World } from './life.ts'
import { type Answer, failure, notFound, pageOf, type RepositoryCall } from './operations.ts'
import { eventTypes, hookShape } from './shapes.ts'
import type { Hook } from './state.ts'
import { deliver, trialTold } from './webhooks.ts'

export function listHooks(_: World, { repository, query }: RepositoryCall): Answer {
  return pageOf(query, repository.hooks.map(hookShape))
}

export function createHook(world: World, { repository, body }: RepositoryCall): Answer {
  const config = body.config as Readonly<Record<string, string>>
  const type = String(body.type)
  if (type === 'forgejo' && world.flavour !== 'forgejo') return failure(422, `Invalid hook type: ${type}`)
  for (const name of ['url', 'content_type']) if (config[name] === undefined) return failure(422, `Missing config option: ${name}`)
  if (!['json', 'form'].includes(config.content_type!)) return failure(422, 'Invalid content type')
  const hook: Hook = {
    id: world.nextId(),
    type,
    url: config.url!,
    contentType: config.content_type!,
    secret: config.secret ?? '',
    events: chosen(body.events as readonly string[] | undefined),
    isActive: body.active === true,
    branchFilter: String(body.branch_filter ?? ''),
    authorizationHeader: String(body.authorization_header ?? ''),
  }
  repository.hooks.push(hook)
  return { status: 201, body: hookShape(hook) }
}

/** What is not said is cleared, but for the address, the content type and whether it is active. Forgejo does not change a secret. */
export function editHook(world: World, { repository, operation, body }: RepositoryCall): Answer {
  const hook = repository.hooks.find(({ id }) => id === Number(operation.params.id))
  if (hook === undefined) return notFound()
  const config = (body.config ?? {}) as Readonly<Record<string, string>>
  hook.url = config.url ?? hook.url
  hook.contentType = config.content_type ?? hook.contentType
  if (world.flavour !== 'forgejo') hook.secret = config.secret ?? hook.secret
  hook.events = chosen(body.events as readonly string[] | undefined)
  hook.branchFilter = String(body.branch_filter ?? '')
  hook.authorizationHeader = String(body.authorization_header ?? '')
  if (typeof body.active === 'boolean') hook.isActive = body.active
  return { status: 200, body: hookShape(hook) }
}

/** `pull_request` and `issues` stand for everything about them; `pull_request_only` and `issues_only` do not. */
function chosen(named: readonly string[] = []): readonly string[] {
  const wanted = named.length === 0 ? ['push'] : named
  return eventTypes.filter((type) => {
    const group = type.startsWith('pull_request') ? 'pull_request' : type.startsWith('issue') ? 'issues' : undefined
    if (group !== undefined && wanted.includes(group)) return true
    return type === group ? wanted.includes(`${group}_only`) : wanted.includes(type)
  })
}

export async function testHook(world: World, { repository, operation, user }: RepositoryCall): Promise<Answer> {
  const hook = repository.hooks.find(({ id }) => id === Number(operation.params.id))
  const sha = await repository.git.tip(`refs/heads/${repository.defaultBranch}`)
  if (hook === undefined) return notFound()
  if (sha !== undefined) world.later(deliver(world, { repository, hook, told: trialTold(world, repository, { sha, by: user! }) }))
  return { status: 204, body: undefined }
}
