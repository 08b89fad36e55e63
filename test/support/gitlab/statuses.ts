// Commit statuses: jobs of a pipeline that GitLab makes for them. Those that are not over yet change, the others get a successor.
import { type Answer, failure, type ProjectCall, pageOf, timePart, userPart, type World } from './operations.ts'
import type { Project, StoredStatus } from './state.ts'

const lengthLimit = 255

export async function createStatus(world: World, call: ProjectCall): Promise<Answer> {
  const { project, operation, body } = call
  const sha = String(operation.params.sha)
  if (!(await project.git.hasCommit(sha))) return failure(404, '404 Commit Not Found')
  const name = String(body.name ?? body.context ?? 'default')
  const asked = body.ref as string | undefined
  const pipeline = project.statuses.filter((status) => status.sha === sha && (asked === undefined || status.ref === asked)).at(-1)
  const ref = asked ?? pipeline?.ref ?? (await project.git.branchesWith(sha))[0]
  if (ref === undefined) return failure(404, '404 References for commit Not Found')
  const invalid = problemsOf(body)
  if (invalid !== undefined) return failure(400, invalid)
  const pipelineId = pipeline?.pipelineId ?? world.nextId()
  const known = project.statuses.find((status) => isUnderWay(status) && status.pipelineId === pipelineId && status.name === name)
  const state = body.state as StoredStatus['state']
  const refusal = transitionProblem(known?.state, state)
  if (refusal !== undefined) return failure(400, refusal)
  const status = known ?? newStatus(world, call, { sha, ref, pipelineId, name })
  status.state = state
  if (body.description !== undefined) status.description = String(body.description)
  if (body.target_url !== undefined) status.targetUrl = String(body.target_url)
  return { status: 201, body: statusPart(world, status) }
}

function newStatus(
  world: World,
  { project, user }: ProjectCall,
  of: Pick<StoredStatus, 'sha' | 'ref' | 'pipelineId' | 'name'>,
): StoredStatus {
  const fresh = {
    id: world.nextId(),
    state: 'created',
    description: null,
    targetUrl: null,
    author: user,
    createdAtMs: world.now(),
  } as const
  const status: StoredStatus = { ...of, ...fresh }
  project.statuses.push(status)
  return status
}

function isUnderWay({ state }: StoredStatus): boolean {
  return state === 'pending' || state === 'running'
}

function problemsOf({ description, target_url, name }: Readonly<Record<string, unknown>>) {
  const tooLong = Object.entries({ description, target_url, name }).filter(([, text]) => String(text ?? '').length > lengthLimit)
  if (tooLong.length > 0)
    return Object.fromEntries(tooLong.map(([field]) => [field, [`is too long (maximum is ${lengthLimit} characters)`]]))
  return typeof target_url === 'string' && !/^https?:\/\//.test(target_url)
    ? { target_url: ['is blocked: Only allowed schemes are http, https'] }
    : undefined
}

const events = { pending: 'enqueue', running: 'run' } as const

/** A job cannot become what it is. */
function transitionProblem(from: StoredStatus['state'] | undefined, to: StoredStatus['state']): string | undefined {
  const event = to === 'pending' || to === 'running' ? events[to] : undefined
  const isForbidden = from === to || (from === 'running' && to === 'pending')
  if (event === undefined || !isForbidden) return undefined
  return `Cannot transition status via :${event} from :${from} (Reason(s): Status cannot transition via "${event}")`
}

export async function listStatuses(world: World, call: ProjectCall): Promise<Answer> {
  const { project, operation, query } = call
  const sha = String(operation.params.sha)
  if (!(await project.git.hasCommit(sha))) return failure(404, '404 Commit Not Found')
  const all = project.statuses.filter((status) => status.sha === sha)
  const shown = query.get('all') === 'true' ? all : newestPerName(project, sha)
  const named = shown.filter(({ name }) => (query.get('name') ?? name) === name)
  return pageOf(
    world,
    call,
    named.map((status) => statusPart(world, status)),
  )
}

export function newestPerName(project: Project, sha: string): StoredStatus[] {
  const newest = new Map<string, StoredStatus>()
  for (const status of project.statuses) if (status.sha === sha) newest.set(status.name, status)
  return [...newest.values()]
}

function statusPart(world: World, status: StoredStatus) {
  return {
    id: status.id,
    sha: status.sha,
    ref: status.ref,
    status: status.state,
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: timePart(status.createdAtMs),
    started_at: null,
    finished_at: null,
    allow_failure: false,
    pipeline_id: status.pipelineId,
    author: userPart(world, status.author),
  }
}
