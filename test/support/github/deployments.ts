// Deployments, and how they go.
import { commitOf, type GrantedCall, type RepositoryCall } from './calls.ts'
import { accountPart } from './parts.ts'
import type { Repository, StoredDeployment, StoredDeploymentStatus } from './state.ts'
import { type Answer, failure, invalid, isoTime, pageOf, type World } from './world.ts'

export function listDeployments(world: World, call: RepositoryCall): Answer {
  const wanted = ['sha', 'ref', 'task', 'environment'] as const
  const matching = call.repository.deployments.filter((deployment) =>
    wanted.every((name) => !call.query.has(name) || call.query.get(name) === deployment[name]),
  )
  const all = matching.toReversed().map((deployment) => asDeployment(world, call.repository, deployment))
  return pageOf(world, call, all)
}

/** What a name stands for is looked up now, and stays. */
export async function createDeployment(world: World, { repository, body, grant }: GrantedCall): Promise<Answer> {
  const ref = String(body.ref)
  const sha = await commitOf(repository, ref)
  if (sha === undefined) return failure(422, `No ref found for: ${ref}`)
  if (body.auto_merge !== false) return failure(409, `Conflict merging ${repository.defaultBranch} into ${ref}.`)
  if (!Array.isArray(body.required_contexts) || body.required_contexts.length > 0)
    return failure(409, 'Conflict: Commit status checks failed for topic-branch.')
  const environment = String(body.environment ?? 'production')
  const deployment: StoredDeployment = {
    id: world.newId(),
    sha,
    ref,
    task: String(body.task ?? 'deploy'),
    environment,
    payload: body.payload ?? '',
    description: (body.description ?? null) as string | null,
    isTransient: body.transient_environment === true,
    isProduction: (body.production_environment ?? environment === 'production') === true,
    creator: grant.account,
    createdAtMs: world.now(),
    statuses: [],
  }
  repository.deployments.push(deployment)
  return { status: 201, body: asDeployment(world, repository, deployment) }
}

export function getDeployment(world: World, call: RepositoryCall): Answer {
  const deployment = deploymentOf(call)
  return deployment === undefined ? failure(404, 'Not Found') : { status: 200, body: asDeployment(world, call.repository, deployment) }
}

export function deleteDeployment(_: World, call: GrantedCall): Answer {
  const deployment = deploymentOf(call)
  const all = call.repository.deployments
  if (deployment === undefined) return failure(404, 'Not Found')
  if (all.length > 1 && deployment.statuses.at(-1)?.state !== 'inactive')
    return failure(422, 'We cannot delete an active deployment unless it is the only deployment in a given environment.')
  all.splice(all.indexOf(deployment), 1)
  return { status: 204, body: undefined }
}

export function listDeploymentStatuses(world: World, call: RepositoryCall): Answer {
  const deployment = deploymentOf(call)
  if (deployment === undefined) return failure(404, 'Not Found')
  const all = deployment.statuses.toReversed().map((status) => asStatus(world, call.repository, { deployment, status }))
  return pageOf(world, call, all)
}

const descriptionLimit = 140

export function createDeploymentStatus(world: World, call: GrantedCall): Answer {
  const deployment = deploymentOf(call)
  if (deployment === undefined) return failure(404, 'Not Found')
  const { body, repository } = call
  const description = String(body.description ?? '')
  const [environmentUrl, logUrl] = [String(body.environment_url ?? ''), String(body.log_url ?? body.target_url ?? '')]
  const errors = [
    Array.from(description).length > descriptionLimit && {
      field: 'description',
      message: 'description is too long (maximum is 140 characters)',
    },
    !isWebUrl(environmentUrl) && { field: 'environment_url', message: 'environment_url must use http(s) scheme' },
    !isWebUrl(logUrl) && { field: 'log_url', message: 'log_url must use http(s) scheme' },
  ].filter((error) => error !== false)
  if (errors.length > 0) return invalid('DeploymentStatus', errors)
  const status = addStatus(world, deployment, { state: String(body.state), description, environmentUrl, logUrl })
  if (status.state === 'success' && body.auto_inactive !== false) endOthers(world, repository, deployment)
  return { status: 201, body: asStatus(world, repository, { deployment, status }) }
}

type NewStatus = Omit<StoredDeploymentStatus, 'id' | 'createdAtMs'>

function addStatus({ newId, now }: World, deployment: StoredDeployment, status: NewStatus): StoredDeploymentStatus {
  const added = { id: newId(), createdAtMs: now(), ...status }
  deployment.statuses.push(added)
  return added
}

/** What went before in the same environment, unless it goes away by itself or is what everybody uses. */
function endOthers(world: World, repository: Repository, by: StoredDeployment): void {
  for (const one of repository.deployments)
    if (
      one !== by &&
      one.environment === by.environment &&
      !one.isTransient &&
      !one.isProduction &&
      one.statuses.at(-1)?.state === 'success'
    )
      addStatus(world, one, { state: 'inactive', description: '', environmentUrl: '', logUrl: '' })
}

function deploymentOf({ repository, operation }: RepositoryCall): StoredDeployment | undefined {
  return repository.deployments.find(({ id }) => id === Number(operation.params.deployment_id))
}

function isWebUrl(url: string): boolean {
  return url === '' || /^https?:\/\//.test(url)
}

function asDeployment(world: World, { fullName }: Repository, deployment: StoredDeployment): unknown {
  const url = `${world.apiUrl}/repos/${fullName}/deployments/${deployment.id}`
  const at = isoTime(deployment.createdAtMs)
  return {
    ...world.openApi.example('deployment'),
    url,
    id: deployment.id,
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: accountPart(world, deployment.creator),
    created_at: at,
    updated_at: at,
    statuses_url: `${url}/statuses`,
    repository_url: `${world.apiUrl}/repos/${fullName}`,
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
  }
}

interface Told {
  readonly deployment: StoredDeployment
  readonly status: StoredDeploymentStatus
}

function asStatus(world: World, { fullName }: Repository, { deployment, status }: Told): unknown {
  const at = `${world.apiUrl}/repos/${fullName}`
  const { environment_url: _, log_url: __, target_url: ___, ...example } = world.openApi.example('deployment-status')
  return {
    ...example,
    url: `${at}/deployments/${deployment.id}/statuses/${status.id}`,
    id: status.id,
    state: status.state,
    creator: accountPart(world, deployment.creator),
    description: status.description,
    environment: deployment.environment,
    ...(status.environmentUrl === '' ? {} : { environment_url: status.environmentUrl }),
    ...(status.logUrl === '' ? {} : { log_url: status.logUrl }),
    // An old field, which is always there.
    target_url: status.logUrl === '' ? `${world.webUrl}/${fullName}/deployments` : status.logUrl,
    created_at: isoTime(status.createdAtMs),
    updated_at: isoTime(status.createdAtMs),
    deployment_url: `${at}/deployments/${deployment.id}`,
    repository_url: at,
  }
}
