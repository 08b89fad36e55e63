// What a claimed folder is when it is no service, and who uses it.
import { type Claim, evidenceOf } from './claim.ts'
import type { Packages } from './relations/packages.ts'
import type { Folder } from './repository.ts'
import type { Evidence, FolderRole } from './topology.ts'

/** What the strongest objection says. */
export function roleOf(folder: Folder, claims: readonly Claim[], packages: Packages): FolderRole[] {
  const signs = claims.flatMap((claim) => claim.signs)
  const objection = signs.filter((sign) => sign.weight < 0 && sign.role !== undefined).sort((a, b) => a.weight - b.weight)[0]
  const hasManifest = claims.some((claim) => claim.hasManifest)
  if (objection?.role === undefined && !hasManifest) return []
  const role = objection?.role ?? 'unknown'
  const evidence = objection === undefined ? evidenceOf(signs) : evidenceOf(signs.filter((sign) => sign.role === role))
  return [
    { path: folder.path, role, evidence: [...evidence.slice(0, 5), ...(role === 'library' ? otherUsers(folder.path, packages) : [])] },
  ]
}

/** Everybody else that imports a folder: the first one is among the signs. */
function otherUsers(path: string, packages: Packages): Evidence[] {
  const users = packages.usedBy(path).slice(1, usersLimit)
  return users.map(({ folder, evidence }) => ({ ...evidence, fact: `is imported by ${folder}` }))
}

/** Users shown of one shared folder. */
const usersLimit = 20
