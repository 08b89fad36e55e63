// Environments and what was deployed to them.
import { type Answer, failure, type ProjectCall, pageOf, timePart, userPart, type World } from './operations.ts'
import type { Project, StoredDeployment, StoredEnvironment } from './state.ts'

const namePattern = /^[a-zA-Z0-9\-_/${}. ]+$/
const lengthLimit = 255

export function listEnvironments(world: World, call: ProjectCall): Answer {
  const { project, query } = call
  const name = query.get('name')
  const found = project.environments.filter((one) => name === null || one.name === name)
  return pageOf(world, call, found.map(environmentPart))
}

function environmentOf({ project, operation }: ProjectCall): StoredEnvironment | undefined {
  return project.environments.find(({ id }) => String(id) === operation.params.environment_id)
}

export function getEnvironment(_: World, call: ProjectCall): Answer {
  const found = environmentOf(call)
  if (found === undefined) return failure(404, '404 Not found')
  const last = call.project.deployments.findLast(({ environment, status }) => environment === found && status === 'success')
  return { status: 200, body: { ...environmentPart(found), last_deployment: last === undefined ? null : basicPart(last) } }
}

export function createEnvironment(world: World, { project, body }: ProjectCall): Answer {
  const name = String(body.name)
  const invalid = problemsOf(body, name)
  if (invalid !== undefined) return failure(400, invalid)
  if (project.environments.some((known) => known.name === name)) return failure(400, { name: ['has already been taken'] })
  const made = addEnvironment(world, project, name)
  applyTo(made, body)
  return { status: 201, body: environmentPart(made) }
}

export function updateEnvironment(_: World, call: ProjectCall): Answer {
  const found = environmentOf(call)
  if (found === undefined) return failure(404, '404 Not found')
  const invalid = problemsOf(call.body, found.name)
  if (invalid !== undefined) return failure(400, invalid)
  applyTo(found, call.body)
  return { status: 200, body: environmentPart(found) }
}

export function stopEnvironment(_: World, call: ProjectCall): Answer {
  const found = environmentOf(call)
  if (found === undefined) return failure(404, '404 Not found')
  found.state = 'stopped'
  return { status: 200, body: environmentPart(found) }
}

function addEnvironment(world: World, project: Project, name: string): StoredEnvironment {
  const tier = /^prod/.test(name) ? 'production' : /^stag/.test(name) ? 'staging' : 'other'
  const made: StoredEnvironment = { id: world.nextId(), name, externalUrl: null, tier, state: 'available', createdAtMs: world.now() }
  project.environments.push(made)
  return made
}

function applyTo(environment: StoredEnvironment, { external_url, tier }: Readonly<Record<string, unknown>>): void {
  if (external_url !== undefined) environment.externalUrl = String(external_url)
  if (tier !== undefined) environment.tier = String(tier)
}

function problemsOf({ external_url }: Readonly<Record<string, unknown>>, name: string) {
  if (name.length > lengthLimit || !namePattern.test(name) || /^\/|\/$/.test(name))
    return {
      name: ["can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'"],
    }
  const url = String(external_url ?? 'https://any.example')
  if (url.length > lengthLimit) return { external_url: [`is too long (maximum is ${lengthLimit} characters)`] }
  return /^https?:\/\//.test(url) ? undefined : { external_url: ['is blocked: Only allowed schemes are http, https'] }
}

export async function createDeployment(world: World, call: ProjectCall): Promise<Answer> {
  const { project, body, user } = call
  const [sha, ref, name] = [body.sha, body.ref, body.environment].map(String) as [string, string, string]
  const known = (await project.git.tip(ref)) ?? (await project.git.tip(`refs/heads/${ref}`))
  if (known === undefined) return failure(400, { ref: ['The branch or tag does not exist'] })
  if (!(await project.git.hasCommit(sha))) return failure(400, { sha: ['The commit does not exist'] })
  const invalid = problemsOf({}, name)
  if (invalid !== undefined) return failure(400, invalid)
  const environment = project.environments.find((one) => one.name === name) ?? addEnvironment(world, project, name)
  const wanted = { sha, ref, tag: body.tag === true, status: body.status as StoredDeployment['status'] }
  const last = project.deployments.findLast((one) => one.environment === environment && one.status === 'success')
  // The same once more is the same.
  const isSame = last !== undefined && Object.entries(wanted).every(([field, value]) => last[field as keyof typeof wanted] === value)
  if (isSame) return { status: 201, body: deploymentPart(world, last) }
  const numbers = { id: world.nextId(), iid: project.deployments.length + 1 }
  const made: StoredDeployment = { ...numbers, ...wanted, environment, user, createdAtMs: world.now() }
  project.deployments.push(made)
  start(made)
  return { status: 201, body: deploymentPart(world, made) }
}

/** What is deployed to a stopped environment starts it again. */
function start({ environment, status }: StoredDeployment): void {
  if (status === 'success') environment.state = 'available'
}

function deploymentOf({ project, operation }: ProjectCall): StoredDeployment | undefined {
  return project.deployments.find(({ id }) => String(id) === operation.params.deployment_id)
}

export function getDeployment(world: World, call: ProjectCall): Answer {
  const found = deploymentOf(call)
  return found === undefined ? failure(404, '404 Not found') : { status: 200, body: deploymentPart(world, found) }
}

export function updateDeployment(world: World, call: ProjectCall): Answer {
  const found = deploymentOf(call)
  if (found === undefined) return failure(404, '404 Not found')
  // A deployment cannot become what it is, and GitLab does not say why.
  if (found.status === call.body.status) return failure(400, {})
  found.status = call.body.status as StoredDeployment['status']
  start(found)
  return { status: 200, body: deploymentPart(world, found) }
}

function environmentPart({ id, name, externalUrl, tier, state, createdAtMs }: StoredEnvironment) {
  const at = timePart(createdAtMs)
  return { id, name, slug: slugOf(name), external_url: externalUrl, state, tier, created_at: at, updated_at: at }
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 24)
}

function basicPart({ id, iid, ref, sha, status, createdAtMs }: StoredDeployment) {
  return { id, iid, ref, sha, status, created_at: timePart(createdAtMs) }
}

function deploymentPart(world: World, deployment: StoredDeployment) {
  const { id, name, externalUrl } = deployment.environment
  return {
    ...basicPart(deployment),
    updated_at: timePart(deployment.createdAtMs),
    user: userPart(world, deployment.user),
    environment: { id, name, slug: slugOf(name), external_url: externalUrl },
    deployable: null,
  }
}
