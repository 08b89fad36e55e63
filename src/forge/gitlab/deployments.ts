// Releases on GitLab's own pages of environments. A deployment belongs to an environment, which has the address; an environment of which nothing runs any
// more is stopped.
// https://docs.gitlab.com/api/deployments/, https://docs.gitlab.com/api/environments/
import { z } from 'zod'
import type { ForgeDeployment, SendOptions, SendOutcome } from '../messages.ts'
import { statusTargetUrl } from '../words.ts'
import { type ApiAnswer, askGitLab, gitlabWords, projectPath } from './api.ts'
import { type Context, type Heard, hear, heard, outcomeFor } from './exchange.ts'

const states = { pending: 'running', running: 'running', success: 'success', failure: 'failed' } as const

export async function sendDeployment(context: Context, deployment: ForgeDeployment, { knownId }: SendOptions = {}): Promise<SendOutcome> {
  const { state } = deployment
  if (state === 'inactive') return end(context, deployment, knownId)
  const environment = await wantedEnvironment(context, deployment)
  if (environment.kind !== 'heard') return environment
  const known = knownId === undefined ? undefined : await findDeployment(context, deployment, knownId)
  if (known !== undefined && known.kind !== 'heard') return known
  const status = states[state]
  return known?.value === undefined ? create(context, deployment, status) : change(context, deployment, { status, known: known.value })
}

const deploymentSchema = z.object({
  id: z.int().positive(),
  sha: z.string(),
  status: z.string(),
  environment: z.object({ id: z.int().positive() }),
})

type Deployment = z.infer<typeof deploymentSchema>

/** Undefined when somebody took it away, or it is one of another commit. */
async function findDeployment(context: Context, deployment: ForgeDeployment, id: string): Promise<Heard<Deployment | undefined>> {
  const { repository, sha } = deployment
  const path = `${projectPath(repository)}/deployments/${encodeURIComponent(id)}`
  const answer = await askGitLab(context, { method: 'GET', path })
  if (answer.status === 404) return { kind: 'heard', value: undefined }
  const found = heard(context, { schema: deploymentSchema, repository, answer })
  return found.kind === 'heard' && found.value.sha !== sha ? { kind: 'heard', value: undefined } : found
}

async function create(context: Context, deployment: ForgeDeployment, status: string): Promise<SendOutcome> {
  const { repository, sha, environment, ref } = deployment
  const body = { environment, sha, ref: ref.replace(/^refs\/heads\//, ''), tag: false, status }
  const path = `${projectPath(repository)}/deployments`
  const made = await hear(context, { method: 'POST', path, body, schema: deploymentSchema, repository })
  return made.kind === 'heard' ? { kind: 'sent', id: String(made.value.id) } : made
}

/** GitLab refuses a state that a deployment is in already. */
async function change(
  context: Context,
  { repository }: ForgeDeployment,
  { status, known }: { readonly status: string; readonly known: Deployment },
): Promise<SendOutcome> {
  const id = String(known.id)
  if (known.status === status) return { kind: 'sent', id }
  const path = `${projectPath(repository)}/deployments/${id}`
  const outcome = outcomeFor(context, repository, await askGitLab(context, { method: 'PUT', path, body: { status } }))
  return outcome.kind === 'sent' ? { kind: 'sent', id } : outcome
}

const environmentSchema = z.object({
  id: z.int().positive(),
  state: z.string(),
  external_url: z.string().nullable().optional(),
  tier: z.string().nullable().optional(),
  // Only of one that is asked for by its id: the newest that succeeded.
  last_deployment: z.object({ id: z.int() }).nullable().optional(),
})

type Environment = z.infer<typeof environmentSchema>

function environmentsPath({ repository }: ForgeDeployment): string {
  return `${projectPath(repository)}/environments`
}

async function findEnvironment(context: Context, deployment: ForgeDeployment): Promise<Heard<Environment | undefined>> {
  const { repository, environment: name } = deployment
  const path = `${environmentsPath(deployment)}?${new URLSearchParams({ name })}`
  const found = await hear(context, { method: 'GET', path, schema: z.array(environmentSchema), repository })
  return found.kind === 'heard' ? { kind: 'heard', value: found.value[0] } : found
}

/** The environment with the address and the tier that it should have. */
async function wantedEnvironment(context: Context, deployment: ForgeDeployment): Promise<Heard<unknown>> {
  const found = await findEnvironment(context, deployment)
  if (found.kind !== 'heard') return found
  const wanted = wantedOf(deployment)
  const { repository, environment: name } = deployment
  const ask = { schema: z.unknown(), repository }
  if (found.value === undefined) {
    const answer = await askGitLab(context, { method: 'POST', path: environmentsPath(deployment), body: { name, ...wanted } })
    return isTaken(answer)
      ? { kind: 'unavailable', reason: 'somebody else makes the same environment' }
      : heard(context, { ...ask, answer })
  }
  const { id, external_url, tier } = found.value
  const isRight = Object.entries(wanted).every(([field, value]) => ({ external_url, tier })[field as keyof typeof wanted] === value)
  if (isRight) return { kind: 'heard', value: undefined }
  return hear(context, { method: 'PUT', path: `${environmentsPath(deployment)}/${id}`, body: wanted, ...ask })
}

const urlLimit = 255

/** Where nothing answers the old address stays; of other environments GitLab guesses the tier from the name. */
function wantedOf({ url, isProduction, isTransient }: ForgeDeployment): { readonly external_url?: string; readonly tier?: string } {
  const address = statusTargetUrl(url)
  return {
    ...(address === undefined || address.length > urlLimit ? {} : { external_url: address }),
    ...(isProduction ? { tier: 'production' } : isTransient ? { tier: 'development' } : {}),
  }
}

function isTaken({ status, body }: ApiAnswer): boolean {
  return status === 400 && /already been taken/i.test(gitlabWords(body))
}

/**
 * A deployment that did not come to its end is canceled. The environment is stopped where this is what was deployed there last: one in which another
 * release runs goes on. Of a release that GitLab was told nothing of there is nothing to end.
 */
async function end(context: Context, deployment: ForgeDeployment, knownId: string | undefined): Promise<SendOutcome> {
  const known = knownId === undefined ? undefined : await findDeployment(context, deployment, knownId)
  if (known !== undefined && known.kind !== 'heard') return known
  if (known?.value === undefined) return { kind: 'sent' }
  const { id, status, environment } = known.value
  if (status === 'running') return change(context, deployment, { status: 'canceled', known: known.value })
  const sent: SendOutcome = { kind: 'sent', id: String(id) }
  if (status !== 'success') return sent
  const { repository } = deployment
  const path = `${environmentsPath(deployment)}/${environment.id}`
  const found = await hear(context, { method: 'GET', path, schema: environmentSchema, repository })
  if (found.kind !== 'heard') return found
  if (found.value.state === 'stopped' || found.value.last_deployment?.id !== id) return sent
  // By force: an action of the project's own pipelines that ends an environment has nothing to do with what kyozo runs.
  const outcome = outcomeFor(context, repository, await askGitLab(context, { method: 'POST', path: `${path}/stop`, body: { force: true } }))
  return outcome.kind === 'sent' ? sent : outcome
}
