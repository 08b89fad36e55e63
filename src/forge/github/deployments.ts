// Releases on GitHub's own page of deployments. https://docs.github.com/rest/deployments/deployments
//
// GitHub takes the name of a branch, `refs/pull/7/head` or a commit as what is deployed, and stores where a name points at that moment. A name is what
// GitHub shows, and what it finds the branch's pull request by, so it is given wherever it still points at the commit that is deployed. Where it has
// moved on, as it has when somebody goes back to an older release, only the commit itself says what runs. What came of naming one that moved in the
// same instant is taken back.
import { z } from 'zod'
import type { ForgeDeployment, SendOptions, SendOutcome } from '../messages.ts'
import { idField } from '../payload.ts'
import { cleanLine, statusDescription, statusTargetUrl } from '../words.ts'
import { isDone } from './answers.ts'
import type { ApiAnswer } from './api.ts'
import { askRepository, type Context, lookUp, outcomeOf } from './repository-api.ts'

const permissions = { deployments: 'write' } as const
const permission = 'write deployments'

/** GitHub calls environments by at most so many characters. */
const environmentLimit = 255

export async function sendDeployment(context: Context, deployment: ForgeDeployment, options: SendOptions = {}): Promise<SendOutcome> {
  const { knownId, mayBeThere = false } = options
  const known = knownId === undefined || !isId(knownId) ? await findDeployment(context, deployment) : knownId
  const told = known === undefined ? undefined : await tellState(context, deployment, { id: known, mayBeThere })
  if (told !== undefined) return told
  // Of what GitHub never heard, nothing has ended.
  if (deployment.state === 'inactive') return { kind: 'sent' }
  const made = await makeDeployment(context, deployment)
  if (made.kind !== 'made') return made
  const id = made.id
  return (
    (await tellState(context, deployment, { id, mayBeThere: false })) ??
    unavailable('GitHub does not have the deployment that it has just made')
  )
}

/** In GitHub's words. */
const states = { pending: 'queued', running: 'in_progress', success: 'success', failure: 'failure', inactive: 'inactive' } as const

/** Undefined when GitHub has no such deployment: somebody deleted it. */
async function tellState(
  context: Context,
  deployment: ForgeDeployment,
  { id, mayBeThere }: { readonly id: string; readonly mayBeThere: boolean },
): Promise<SendOutcome | undefined> {
  const { repository, state } = deployment
  const path = `/deployments/${id}/statuses`
  const shown = shownOf(deployment)
  if (mayBeThere && (await isShown(context, { repository, path }, shown))) return { kind: 'sent', id }
  const body = {
    ...shown,
    // What served before in the same environment has gone only when this one serves. GitHub does so itself for what is neither transient nor production.
    auto_inactive: state === 'success',
  }
  const answer = await askRepository(context, { repository, method: 'POST', path, permissions, body })
  if (answer.status === 404) return undefined
  const outcome = outcomeOf(context, answer, { repository, permission })
  return outcome.kind === 'sent' ? { kind: 'sent', id } : outcome
}

type Shown = ReturnType<typeof shownOf>

function shownOf({ state, description, url, logUrl }: ForgeDeployment) {
  return {
    state: states[state],
    description: statusDescription(description),
    environment_url: statusTargetUrl(url) ?? '',
    log_url: statusTargetUrl(logUrl) ?? '',
  }
}

const statusesSchema = z.array(
  z.object({ state: z.string(), description: z.string(), environment_url: z.string().optional(), log_url: z.string().optional() }),
)

/** Each state is one more entry of the pull request's history, so none is told twice, however often it is sent. The newest come first. */
async function isShown(context: Context, at: Pick<Parameters<typeof lookUp>[1], 'repository' | 'path'>, wanted: Shown): Promise<boolean> {
  const { value } = await lookUp(context, { ...at, path: `${at.path}?per_page=1`, permissions }, statusesSchema)
  const newest = value?.[0]
  if (newest === undefined) return false
  return (Object.keys(wanted) as (keyof Shown)[]).every((key) => (newest[key] ?? '') === wanted[key])
}

const deploymentsSchema = z.array(z.object({ id: idField, sha: z.string(), environment: z.string(), payload: z.unknown() }))

/** By what stands in its payload: one commit may be released into one environment again and again, and each release is a deployment. */
async function findDeployment(context: Context, deployment: ForgeDeployment): Promise<string | undefined> {
  const { repository, sha } = deployment
  const query = new URLSearchParams({ sha, environment: environmentOf(deployment), per_page: '100' })
  const { value = [] } = await lookUp(context, { repository, path: `/deployments?${query}`, permissions }, deploymentsSchema)
  const release = releaseOf(deployment)
  return value.find(({ payload }) => (asObject(payload) as { release?: unknown }).release === release)?.id
}

/** GitHub gives a payload back as it was sent, or as the text of it. */
function asObject(payload: unknown): object {
  if (typeof payload !== 'string') return Object(payload)
  try {
    return Object(JSON.parse(payload))
  } catch {
    return {}
  }
}

const releaseLimit = 500

/** A release has one page, so its address is its name. */
function releaseOf({ logUrl }: ForgeDeployment): string {
  return cleanLine(logUrl, releaseLimit)
}

type Made = SendOutcome | { readonly kind: 'made'; readonly id: string }

async function makeDeployment(context: Context, deployment: ForgeDeployment): Promise<Made> {
  const { sha } = deployment
  const there = await tipOf(context, deployment)
  const ref = there === undefined || there === sha ? nameOf(deployment.ref) : sha
  const answer = await postDeployment(context, deployment, ref)
  const made = madeSchema.safeParse(answer.body).data
  if (ref === sha || (made?.sha === sha && isDone(answer))) return asMade(context, deployment, answer)
  // GitHub does not know the name, or it points elsewhere since.
  if (isDone(answer) && made !== undefined) await takeBack(context, deployment, made.id)
  else if (answer.status !== 422) return asMade(context, deployment, answer)
  return asMade(context, deployment, await postDeployment(context, deployment, sha))
}

function postDeployment(context: Context, deployment: ForgeDeployment, ref: string): Promise<ApiAnswer> {
  const { repository, description, isTransient, isProduction } = deployment
  const body = {
    ref,
    task: 'deploy',
    // kyozo deploys the commit as it is, whatever other checks say of it.
    auto_merge: false,
    required_contexts: [],
    payload: { release: releaseOf(deployment) },
    environment: environmentOf(deployment),
    description: statusDescription(description),
    transient_environment: isTransient,
    production_environment: isProduction,
  }
  return askRepository(context, { repository, method: 'POST', path: '/deployments', permissions, body })
}

const madeSchema = z.object({ id: idField, sha: z.string() })

function asMade(context: Context, { repository }: ForgeDeployment, answer: ApiAnswer): Made {
  const outcome = outcomeOf(context, answer, { repository, permission })
  if (outcome.kind !== 'sent') return outcome
  const made = madeSchema.safeParse(answer.body).data
  return made === undefined ? unavailable('GitHub answered something else than it documents') : { kind: 'made', id: made.id }
}

function unavailable(reason: string): SendOutcome {
  return { kind: 'unavailable', reason }
}

/** One of another commit than was meant says nothing true: it is marked as not running, which also lets people delete it. */
async function takeBack(context: Context, { repository }: ForgeDeployment, id: string): Promise<void> {
  const path = `/deployments/${id}/statuses`
  const body = { state: 'inactive', description: 'the branch moved on while this was made', auto_inactive: false }
  await askRepository(context, { repository, method: 'POST', path, permissions, body })
}

const refSchema = z.object({ object: z.object({ sha: z.string() }) })

/** Where the branch or the pull request is now; undefined where GitHub does not say so, and what it makes of the name will show. */
async function tipOf(context: Context, { repository, ref }: ForgeDeployment): Promise<string | undefined> {
  const path = `/git/ref/${ref
    .replace(/^refs\//, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/')}`
  const { value } = await lookUp(context, { repository, path, permissions: { contents: 'read' } }, refSchema)
  return value?.object.sha
}

/** Branches go by their short names. */
function nameOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '')
}

function environmentOf({ environment }: ForgeDeployment): string {
  return cleanLine(environment, environmentLimit)
}

function isId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text)
}
