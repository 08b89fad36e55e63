// Who may push to a repository.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { RepositoryName } from '../client.ts'
import type { ForgeUser } from '../pull-requests.ts'
import { giteaWords } from './api.ts'
import { read } from './reader.ts'
import type { Parts } from './repositories.ts'

const permissionSchema = z.object({ permission: z.string(), user: z.object({ id: z.int() }).nullish() })
const writers: ReadonlySet<string> = new Set(['write', 'admin', 'owner'])

/** Asked by login, and believed only for the same person: a login that was given up may be another's by now. */
export async function mayWrite(
  parts: Parts & { readonly now: () => number },
  repository: RepositoryName,
  user: ForgeUser,
): Promise<boolean> {
  // Letters, digits, and what may stand between them: nothing else is anybody's, nor may it become part of an address.
  if (!/^\w[\w.-]{0,99}$/.test(user.login)) return false
  const { reader, now } = parts
  const answer = await reader.ask({ method: 'GET', repository, path: `/collaborators/${user.login}/permission` })
  if (answer.status === 404) return false
  if (answer.status === 403) return isOwner(parts, { repository, user, said: giteaWords(answer.body) })
  const purpose = `ask what ${user.login} may do in ${repository.fullName}`
  const { permission, user: found } = read(permissionSchema, answer, { purpose, nowMs: now() })
  return writers.has(permission) && String(found?.id ?? '') === user.id
}

interface Refused {
  readonly repository: RepositoryName
  readonly user: ForgeUser
  /** By Gitea. */
  readonly said: string
}

const ownedSchema = z.object({ owner: z.object({ id: z.int() }) })

/**
 * Of others only administrators of the repository may ask that. Whose repository it is everybody may know. Lists of who can be assigned are no
 * substitute: they name people who may write to issues only.
 */
async function isOwner({ reader }: Parts, { repository, user, said }: Refused): Promise<boolean> {
  const purpose = `ask whose ${repository.fullName} is`
  const found = await reader.get({ repository, path: '', schema: ownedSchema, purpose })
  if (found !== undefined && String(found.owner.id) === user.id) return true
  throw new KyozoError('forge_refused', `could not ask what ${user.login} may do in ${repository.fullName}: Gitea answered 403 (${said})`, {
    hint: "make the user of kyozo's token an administrator of the repository, since only they may ask that",
  })
}
