// A repository by its id, which it keeps when it is renamed or moved.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { RepositoryName } from '../client.ts'
import { cloneUrl, type ForgeConnection, type ForgeRepository } from '../forge.ts'
import { branchField, fullNameField, idField } from '../payload.ts'
import type { Reader } from './reader.ts'
import type { TokenNeed } from './tokens.ts'

export interface Parts {
  readonly reader: Reader
  readonly connection: ForgeConnection
}

const schema = z.object({ id: idField, full_name: fullNameField, default_branch: branchField, private: z.boolean() })

/**
 * Undefined when there is none with this id, or the token may not see it. Every token may read what a repository is. GitHub answers under the id, as
 * it does for what was renamed, but documents only the name, which is asked too before something is taken for gone.
 */
export async function findRepository(
  { reader, connection }: Parts,
  repository: RepositoryName,
  permissions: TokenNeed['permissions'] = { metadata: 'read' },
): Promise<ForgeRepository | undefined> {
  const asked = { as: { repository, permissions }, schema, purpose: `look up ${repository.fullName}` }
  for (const path of [`/repositories/${repository.id}`, `/repos/${repository.fullName}`]) {
    const { value } = await reader.get({ ...asked, path })
    if (value?.id === repository.id) return asForgeRepository(value, connection)
  }
  return undefined
}

function asForgeRepository(found: z.infer<typeof schema>, connection: ForgeConnection): ForgeRepository {
  return {
    id: found.id,
    fullName: found.full_name,
    cloneUrl: cloneUrl(connection, found.full_name),
    defaultBranch: found.default_branch,
    isPrivate: found.private,
  }
}

/**
 * What the repository is called now, so that nobody is asked about, or believed for, another one that took over its name. Throws `forge_refused`
 * when there is none.
 */
export async function currentRepository(
  parts: Parts,
  { as, purpose }: { readonly as: TokenNeed; readonly purpose: string },
): Promise<ForgeRepository> {
  const found = await findRepository(parts, as.repository, as.permissions)
  if (found !== undefined) return found
  throw new KyozoError(
    'forge_refused',
    `could not ${purpose}: GitHub has no repository with the id ${as.repository.id}, or does not show it`,
    {
      hint: `check that ${as.repository.fullName} is still there, and that the connection's credential is let into it`,
    },
  )
}
