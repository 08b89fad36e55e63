// What other languages' files around a folder do and do not say about it.
import type { Claim, Sign } from './claim.ts'
import { statementsAbout } from './declared/statements.ts'
import { baseName } from './paths.ts'
import type { Repository } from './repository.ts'
import { packedInto } from './static-site/packed.ts'

/** A workspace of Node's packages beside a program of another language says nothing of that program. */
export function isOfOtherLanguage(path: string, { type }: Claim): boolean {
  const isOfNode = ['package.json', 'pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'rush.json'].includes(baseName(path))
  return isOfNode && !['nodejs', 'bun', 'deno', 'static_site', 'containerized'].includes(type)
}

/** Pages that another program carries are its assets, unless somebody declared them. */
export function carriedSigns(path: string, repository: Repository): Sign[] {
  const carrier = statementsAbout(path, repository).length > 0 ? undefined : packedInto(path, repository)
  return carrier === undefined ? [] : [{ ...carrier, weight: -0.6, role: 'asset' }]
}

/** What a language says of a program that does its work and ends: its image is a command, and no service. */
export function commandIn(claims: readonly Claim[]): Sign | undefined {
  return claims
    .flatMap(({ signs }) => signs)
    .find(({ role, weight, fact }) => role === 'tooling' && weight <= -0.5 && endsByItself.test(fact))
}

const endsByItself = /\b(?:its program ends|neither listens nor keeps running)$/
