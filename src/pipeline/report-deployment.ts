// Releases as the Git host's own page of deployments shows them, where it has one: how each ended that changed something, and, of a preview that went, that
// nothing of it runs. What is under way the commit's status says; hosts let kyozo say only so much an hour.
import { productionName } from '../environment-names.ts'
import { forges, isForgeName } from '../forge/index.ts'
import type { ForgeDeployment } from '../forge/messages.ts'
import { releaseWords, type Verdict } from '../release/verdict.ts'
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { type OutboxMessage, putOutbox } from '../store/outbox.ts'
import { findRelease, type Release, releaseServices } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'

export interface Deployed {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly release: Release
  readonly verdicts: readonly Verdict[]
}

/** Pure. None where the host has no deployments, and for what runs no commit anew, such as a restart. */
export function deploymentMessages(deployed: Deployed, baseUrl: string): OutboxMessage[] {
  const { release, verdicts } = deployed
  if (release.options.ofLive === true || (release.state !== 'live' && release.state !== 'failed')) return []
  const state = release.state === 'live' ? 'success' : 'failure'
  const url = verdicts.find((verdict) => verdict.url !== undefined)?.url ?? null
  return messageOf(deployed, { state, description: releaseWords(release.state, verdicts, release.reason), url, baseUrl })
}

/** Said before the environment's rows go. */
export async function reportGone(
  trx: Executor,
  { workspace, environment }: Pick<Deployed, 'workspace' | 'environment'>,
  baseUrl: string,
): Promise<void> {
  const release = environment.liveReleaseId === null ? undefined : await findRelease(trx, environment.liveReleaseId)
  if (release === undefined) return
  const verdicts = (await releaseServices(trx, release.id)).map(({ service, verdict, words }) => ({ service, kind: verdict, words }))
  const gone = { state: 'inactive' as const, description: `${environment.name} was removed`, url: null, baseUrl }
  await putOutbox(trx, messageOf({ workspace, environment, release, verdicts }, gone))
}

interface Said extends Pick<ForgeDeployment, 'state' | 'description' | 'url'> {
  readonly baseUrl: string
}

function messageOf({ workspace, environment, release }: Deployed, { baseUrl, ...said }: Said): OutboxMessage[] {
  const { forge, connection, repositoryId: id, repositoryName: fullName, teamId } = workspace
  if (connection === null || id === null || fullName === null || !isForgeName(forge) || !forges[forge].messages.includes('deployment'))
    return []
  const payload: ForgeDeployment = {
    ...said,
    repository: { id, fullName },
    sha: release.sha,
    ref: release.ref,
    environment: environment.name,
    isTransient: environment.kind === 'preview',
    isProduction: environment.name === productionName,
    logUrl: `${baseUrl}/releases/${release.id}`,
  }
  return [{ teamId, kind: 'deployment', connection, target: `deployment ${forge} ${id} ${release.id}`, payload, releaseId: release.id }]
}
