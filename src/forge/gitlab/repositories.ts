// A project by its id, which it keeps when it is renamed or moved to another group.
import { z } from 'zod'
import { cloneUrl, type ForgeConnection, type ForgeRepository, groupPath } from '../forge.ts'
import { branchField, groupPathField, idField } from '../payload.ts'
import { projectPath } from './api.ts'
import type { Reader } from './reader.ts'

/** A project without a single commit has no default branch yet; `main` is what the first push makes it. */
export const defaultBranchField = z
  .union([branchField, z.literal(''), z.null()])
  .optional()
  .transform((branch) => branch || 'main')

const schema = z.object({
  id: idField,
  path_with_namespace: groupPathField,
  default_branch: defaultBranchField,
  // Whoever asks as nobody in particular is told nothing of a project that is not public.
  visibility: z.string().optional(),
})

/** Undefined when there is none with this id, or the token may not see it. */
export async function findRepository(
  { reader, connection }: { readonly reader: Reader; readonly connection: ForgeConnection },
  repository: { readonly id: string; readonly fullName: string },
): Promise<ForgeRepository | undefined> {
  const { value } = await reader.get({ path: projectPath(repository), schema, purpose: `look up ${repository.fullName}` })
  if (value === undefined || value.id !== repository.id) return undefined
  const { path_with_namespace: fullName, default_branch: defaultBranch, visibility = 'public' } = value
  return { id: value.id, fullName, cloneUrl: cloneUrl(connection, fullName, groupPath), defaultBranch, isPrivate: visibility !== 'public' }
}
