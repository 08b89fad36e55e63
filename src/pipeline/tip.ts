// The tip of a branch with its objects at hand: from the built-in remote, or fetched from the Git host that the workspace follows.
import { KyozoError } from '../errors.ts'
import type { ForgeConnection } from '../forge/forge.ts'
import type { ObjectReader } from '../git/objects.ts'
import type { Attempt } from './attempt.ts'
import type { GitCredentialRequest, GitCredentials, Kyozo } from './kyozo.ts'

/** Who fetches: a release's attempt, or somebody who only looks. */
export type Fetching = Pick<Attempt, 'workspace' | 'signal' | 'redactAlso'>

/** The commit that a branch points at now. */
export async function tipOf(attempt: Fetching, kyozo: Kyozo, ref: string): Promise<string> {
  const { workspace } = attempt
  if (workspace.forge !== 'git') return fetchTip(attempt, kyozo, ref)
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
    if (!isGone || attempt.workspace.forge === 'git') throw error
  }
  await fetchTip(attempt, kyozo, commit.sha)
  return kyozo.mirrors.reader(attempt.workspace.id)
}

/** A token that is not accepted, since it was taken back before its time, is replaced once. */
async function fetchTip(attempt: Fetching, kyozo: Kyozo, ref: string): Promise<string> {
  const { connection, repository } = followed(attempt, kyozo)
  const fetchWith = (credentials: GitCredentials | undefined) =>
    kyozo.mirrors.fetch(attempt.workspace.id, {
      url: `${connection.webUrl}/${repository.fullName}.git`,
      ref,
      signal: attempt.signal,
      ...(credentials === undefined ? {} : { credentials }),
    })
  const credentialsFor = async (request: GitCredentialRequest) => {
    const credentials = await kyozo.connections.gitCredentials(connection.forge, connection.name, request)
    // In the form that HTTP sends it in as well.
    if (credentials) attempt.redactAlso([credentials.password, `${credentials.username}:${credentials.password}`])
    return credentials
  }
  const credentials = await credentialsFor(repository)
  try {
    return await fetchWith(credentials)
  } catch (error) {
    if (credentials === undefined || !(error instanceof KyozoError) || error.code !== 'repository_unauthorized') throw error
    const others = await credentialsFor({ ...repository, notAccepted: credentials.password })
    if (others === undefined || others.password === credentials.password) throw error
    return fetchWith(others)
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
