// A repository by its id, which it keeps when it is renamed or moved.
import { z } from 'zod'
import type { RepositoryName } from '../client.ts'
import { cloneUrl, type ForgeConnection, type ForgeRepository } from '../forge.ts'
import { branchField, fullNameField, idField } from '../payload.ts'
import type { Reader } from './reader.ts'

/** As payloads and answers of the API have it alike. */
export const repositorySchema = z.object({ id: idField, full_name: fullNameField, default_branch: branchField, private: z.boolean() })

export interface Parts {
  readonly reader: Reader
  readonly connection: ForgeConnection
}

/** Undefined when there is none with this id, or the token may not see it. */
export async function findRepository(
  { reader, connection }: Parts,
  { id, fullName }: RepositoryName,
): Promise<ForgeRepository | undefined> {
  const value = await reader.get({
    path: `/repositories/${encodeURIComponent(id)}`,
    schema: repositorySchema,
    purpose: `look up ${fullName}`,
  })
  return value === undefined || value.id !== id ? undefined : asRepository(value, connection)
}

export function asRepository(repository: z.infer<typeof repositorySchema>, connection: ForgeConnection): ForgeRepository {
  return {
    id: repository.id,
    fullName: repository.full_name,
    cloneUrl: cloneUrl(connection, repository.full_name),
    defaultBranch: repository.default_branch,
    isPrivate: repository.private,
  }
}
