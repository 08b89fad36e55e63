// A repository by its id, which it keeps when it is renamed or moved.
import { z } from 'zod'
import { cloneUrl, type ForgeConnection, type ForgeRepository } from '../forge.ts'
import { branchField, fullNameField, idField } from '../payload.ts'
import type { Reader } from './reader.ts'

const schema = z.object({ id: idField, full_name: fullNameField, default_branch: branchField, private: z.boolean() })

/** Undefined when there is none with this id, or the token may not see it. */
export async function findRepository(
  { reader, connection }: { readonly reader: Reader; readonly connection: ForgeConnection },
  repository: { readonly id: string; readonly fullName: string },
): Promise<ForgeRepository | undefined> {
  const { value } = await reader.get({
    path: `/repositories/${repository.id}`,
    as: { repository, permissions: { metadata: 'read' } },
    schema,
    purpose: `look up ${repository.fullName}`,
  })
  if (value === undefined || value.id !== repository.id) return undefined
  return {
    id: value.id,
    fullName: value.full_name,
    cloneUrl: cloneUrl(connection, value.full_name),
    defaultBranch: value.default_branch,
    isPrivate: value.private,
  }
}
