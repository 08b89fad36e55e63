// What other languages' files around a folder do and do not say about it.
import type { Claim, Sign } from './claim.ts'
import { statementsAbout } from './declared/statements.ts'
import { packedInto } from './pages/packed.ts'
import { servedBy } from './pages/served-by.ts'
import { baseName } from './paths.ts'
import type { Folder, Repository } from './repository.ts'

/** A workspace of Node's packages beside a program of another language says nothing of that program. */
export function isOfOtherLanguage(path: string, { type }: Claim): boolean {
  const isOfNode = ['package.json', 'pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'rush.json'].includes(baseName(path))
  return isOfNode && !['nodejs', 'bun', 'deno', 'static_site', 'containerized'].includes(type)
}

/** Pages that another program carries or sends are its assets, unless somebody declared them. */
export function carriedSigns(claim: Claim, folder: Folder, repository: Repository): Sign[] {
  if (claim.type !== 'static_site' || isDeclared(folder.path, repository)) return []
  const carrier = (claim.hasManifest ? packedInto(folder.path, repository) : undefined) ?? servedBy(claim, folder, repository)
  if (carrier === undefined) return []
  const { path, line, fact } = carrier
  return [{ path, ...(line === undefined ? {} : { line }), fact, weight: 'isUnsure' in carrier ? -0.3 : -0.6, role: 'asset' }]
}

/** A file that only hosts previews is no declaration that outweighs what a program says. */
function isDeclared(path: string, repository: Repository): boolean {
  return statementsAbout(path, repository).reduce((sum, { weight }) => sum + weight, 0) >= 0.5
}

/** What a language says of a program that does its work and ends: its image is a command, and no service. */
export function commandIn(claims: readonly Claim[]): Sign | undefined {
  return claims
    .flatMap(({ signs }) => signs)
    .find(({ role, weight, fact }) => role === 'tooling' && weight <= -0.5 && endsByItself.test(fact))
}

const endsByItself = /\b(?:its program ends|neither listens nor keeps running)$/
