// The tip of a branch with its objects at hand: from the built-in remote, or fetched from the Git host that the workspace follows.
import { type ErrorCode, KyozoError } from '../errors.ts'
import { cloneUrl, type ForgeConnection, groupPath } from '../forge/forge.ts'
import type { ObjectReader } from '../git/objects.ts'
import { unlessAborted } from '../unless-aborted.ts'
import type { Attempt } from './attempt.ts'
import { followRename } from './follow-rename.ts'
import { homeElsewhere, homeRequest, type ReachedHome, repositoryAway } from './home.ts'
import type { GitCredentialRequest, GitCredentials, Kyozo } from './kyozo.ts'

/** Who fetches: a release's attempt, or somebody who only looks. */
export type Fetching = Pick<Attempt, 'workspace' | 'signal' | 'redactAlso'>

/** The commit that a branch points at now. */
export async function tipOf(attempt: Fetching, kyozo: Kyozo, ref: string): Promise<string> {
  const { workspace } = attempt
  if (workspace.forge !== 'git') return fetchTip(attempt, kyozo, ref)
  const home = await homeElsewhere(kyozo, workspace)
  if (home !== undefined) return fetchFromHome(attempt, kyozo, { home, ref })
  const tip = await kyozo.mirrors.tip(workspace.id, ref)
  if (tip === null) throw new KyozoError('revision_not_found', `${ref} is not there`, { hint: 'push the branch' })
  return tip
}

/** A commit that was released before, with its objects at hand: those that the mirror still has, or fetched anew. */
export async function commitOf(
  attempt: Fetching,
  kyozo: Kyozo,
  commit: { readonly sha: string; readonly tree: string },
): Promise<ObjectReader> {
  const reader = await kyozo.mirrors.reader(attempt.workspace.id)
  try {
    await reader.listTree(commit.tree)
    return reader
  } catch (error) {
    const isGone = error instanceof KyozoError && (error.code === 'repository_corrupt' || error.code === 'revision_not_found')
    if (!isGone) throw error
    const home = attempt.workspace.forge === 'git' ? await homeElsewhere(kyozo, attempt.workspace) : undefined
    if (home === undefined && attempt.workspace.forge === 'git') throw error
    if (home !== undefined) await fetchFromHome(attempt, kyozo, { home, ref: commit.sha })
    else await fetchTip(attempt, kyozo, commit.sha)
  }
  return kyozo.mirrors.reader(attempt.workspace.id)
}

/** Between two processes of kyozo. One that was started again a moment ago has another credential: then it is away for a moment. */
async function fetchFromHome(
  { workspace, signal, redactAlso }: Fetching,
  kyozo: Kyozo,
  { home, ref }: { readonly home: ReachedHome; readonly ref: string },
): Promise<string> {
  const request = homeRequest(kyozo, home, workspace)
  redactAlso([request.credentials.password])
  try {
    return await kyozo.mirrors.fetch(workspace.id, { ...request, ref, signal, team: workspace.teamId })
  } catch (error) {
    const isAway = error instanceof KyozoError && awayCodes.includes(error.code)
    throw isAway ? repositoryAway(workspace, home, error) : error
  }
}

const awayCodes: readonly ErrorCode[] = ['repository_unreachable', 'repository_unauthorized', 'repository_not_found']

async function fetchTip(attempt: Fetching, kyozo: Kyozo, ref: string): Promise<string> {
  const { workspace, signal } = attempt
  return askHost(attempt, kyozo, (remote) => kyozo.mirrors.fetch(workspace.id, { ...remote, ref, signal, team: workspace.teamId }))
}

/** Where the followed repository is, and how kyozo shows who it is there. */
export interface Remote {
  readonly url: string
  readonly credentials?: GitCredentials
}

/** Asks the Git host for something of the workspace's repository. One that was renamed meanwhile is followed, when the host's API confirms it. */
export async function askHost<T>(
  fetching: Fetching & Pick<GitCredentialRequest, 'access'>,
  kyozo: Kyozo,
  ask: (remote: Remote) => Promise<T>,
): Promise<T> {
  try {
    return await askOnce(fetching, kyozo, ask)
  } catch (error) {
    if (!(error instanceof KyozoError) || !signsOfRename.includes(error.code)) throw error
    const renamed = await unlessAborted(fetching.signal, () => followRename(kyozo, fetching.workspace)).catch(() => undefined)
    fetching.signal.throwIfAborted()
    if (renamed === undefined) throw error
    return askOnce({ ...fetching, workspace: renamed }, kyozo, ask)
  }
}

const signsOfRename: readonly ErrorCode[] = ['repository_url_refused', 'repository_not_found', 'repository_unauthorized', 'forge_refused']

/** A token that is not accepted, since it was taken back before its time, is replaced once. */
async function askOnce<T>(
  fetching: Fetching & Pick<GitCredentialRequest, 'access'>,
  kyozo: Kyozo,
  ask: (remote: Remote) => Promise<T>,
): Promise<T> {
  const { access } = fetching
  const { connection, repository: followedOne } = followed(fetching, kyozo)
  const repository = { ...followedOne, ...(access === undefined ? {} : { access }) }
  const url = cloneUrl(connection, repository.fullName, groupPath)
  const askWith = (credentials: GitCredentials | undefined) => ask({ url, ...(credentials === undefined ? {} : { credentials }) })
  const credentialsFor = async (request: GitCredentialRequest) => {
    const credentials = await unlessAborted(fetching.signal, () =>
      kyozo.connections.gitCredentials(connection.forge, connection.name, request),
    )
    // In the form that HTTP sends it in as well.
    if (credentials) fetching.redactAlso([credentials.password, `${credentials.username}:${credentials.password}`])
    return credentials
  }
  const credentials = await credentialsFor(repository)
  try {
    return await askWith(credentials)
  } catch (error) {
    if (credentials === undefined || !(error instanceof KyozoError) || error.code !== 'repository_unauthorized') throw error
    const others = await credentialsFor({ ...repository, notAccepted: credentials.password })
    if (others === undefined || others.password === credentials.password) throw error
    return askWith(others)
  }
}

interface Followed {
  readonly connection: ForgeConnection
  readonly repository: { readonly id: string; readonly fullName: string }
}

function followed({ workspace }: Fetching, kyozo: Kyozo): Followed {
  const connection = kyozo.connections.find(workspace.forge, workspace.connection ?? '')
  if (connection !== undefined && workspace.repositoryName !== null && workspace.repositoryId !== null)
    return { connection, repository: { id: workspace.repositoryId, fullName: workspace.repositoryName } }
  throw new KyozoError(
    'repository_unauthorized',
    `the connection ${workspace.connection} to ${workspace.forge} is not configured any more`,
    {
      hint: 'set its variables again and restart kyozo',
    },
  )
}
