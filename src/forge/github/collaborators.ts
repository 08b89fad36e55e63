// Who may do what in a repository. https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
import { z } from 'zod'
import type { RepositoryName } from '../client.ts'
import { idField, nameField } from '../payload.ts'
import type { ForgeUser } from '../pull-requests.ts'
import { currentRepository, type Parts } from './repositories.ts'
import type { TokenNeed } from './tokens.ts'

// One of four old words. Maintaining counts as writing, triage as reading, and a role that an organization made as the most of what it allows.
const permissionSchema = z.object({ permission: z.string(), user: z.object({ id: idField }).nullish() })
const userSchema = z.object({ id: idField, login: nameField })

/**
 * Asked by login, since GitHub knows no other way, and believed for the same person only: a login that was given up may be somebody else's by now. Who is
 * called something else since is looked for by the id.
 */
export async function mayWrite(parts: Parts, repository: RepositoryName, user: ForgeUser): Promise<boolean> {
  const as: TokenNeed = { repository, permissions: { metadata: 'read' } }
  const purpose = `ask what ${user.login} may do in ${repository.fullName}`
  const { fullName } = await currentRepository(parts, { as, purpose })
  const permissionOf = async (login: string) => {
    const path = `/repos/${fullName}/collaborators/${encodeURIComponent(login)}/permission`
    const { value } = await parts.reader.get({ path, as, schema: permissionSchema, purpose })
    return value?.user?.id === user.id ? value.permission : undefined
  }
  const permission = (await permissionOf(user.login)) ?? (await permissionOfRenamed(parts, { as, purpose, user, permissionOf }))
  return permission === 'admin' || permission === 'write'
}

interface Renamed {
  readonly as: TokenNeed
  readonly purpose: string
  readonly user: ForgeUser
  readonly permissionOf: (login: string) => Promise<string | undefined>
}

async function permissionOfRenamed({ reader }: Parts, { as, purpose, user, permissionOf }: Renamed): Promise<string | undefined> {
  const { value } = await reader.get({ path: `/user/${encodeURIComponent(user.id)}`, as, schema: userSchema, purpose })
  if (value === undefined || value.id !== user.id || value.login.toLowerCase() === user.login.toLowerCase()) return undefined
  return permissionOf(value.login)
}
