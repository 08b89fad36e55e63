// Where the repository of a workspace is that is pushed to directly: in the data directory of the process that received its first push. Others
// fetch from it, and lead pushes to it.
import { KyozoError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { findProcess, homelessWorkspaces, moveHome, type SeenProcess, settleHome } from '../store/processes.ts'
import type { Workspace } from '../store/workspaces.ts'
import type { Kyozo } from './kyozo.ts'

export interface HomeParts {
  readonly db: Database
  readonly processId: string
}

export type Housed = Pick<Workspace, 'id' | 'name' | 'home'>

/** Undefined when the repository is here. Throws `repository_away` when it is with a process that does not run or serves no Git. */
export async function homeElsewhere({ db, processId }: HomeParts, workspace: Housed): Promise<ReachedHome | undefined> {
  if (workspace.home === null || workspace.home === processId) return undefined
  const home = await findProcess(db, workspace.home)
  if (home?.state === 'running' && home.address !== null) return { ...home, address: home.address }
  throw repositoryAway(workspace, home)
}

export type ReachedHome = SeenProcess & { readonly address: string }

/** The first push decides: what it stores is stored here. Returns where it is, as `homeElsewhere` does. */
export async function homeForPush({ db, processId }: HomeParts, workspace: Housed): Promise<ReachedHome | undefined> {
  const home = workspace.home ?? (await settleHome(db, workspace.id, processId))
  return homeElsewhere({ db, processId }, { ...workspace, home })
}

export function repositoryAway({ name }: Pick<Workspace, 'name'>, home: SeenProcess | undefined, cause?: unknown): KyozoError {
  const [who, since] =
    home === undefined
      ? ['a process that is not known any more', '']
      : [home.name, ` (${home.state}, seen last ${home.seenAt.toISOString()})`]
  return new KyozoError('repository_away', `the repository of ${name} is with ${who}${since}, which does not answer`, {
    hint: 'start that process again with its data directory; what waits for it then goes on by itself. If that is lost: kyozo processes forget',
    cause,
  })
}

/** Where fetches of a workspace's repository by other processes of kyozo are answered. */
export const processGitPath = '/processes/git'

/** What git sends to read it there; the redactor must know the password. */
export function homeRequest(kyozo: Pick<Kyozo, 'vault'>, home: ReachedHome, workspace: Housed) {
  return {
    url: `${home.address}${processGitPath}/${workspace.id}.git`,
    credentials: { username: 'kyozo', password: kyozo.vault.open(credentialPlace(home.id), home.credential) },
  }
}

export function credentialPlace(processId: string): string {
  return `process ${processId}`
}

/** After a restore or a move, the repositories that lie here and belong to no process that runs are this one's. */
export async function adoptRepositories(kyozo: Kyozo): Promise<void> {
  for (const id of await homelessWorkspaces(kyozo.db)) if (await kyozo.mirrors.isPushedTo(id)) await moveHome(kyozo.db, id, kyozo.processId)
}
