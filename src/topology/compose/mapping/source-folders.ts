// The folders that a service of a compose file may be: those in which a detector saw somebody's program.
import { isWithin } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { ServiceType } from '../../topology.ts'
import type { Decision } from '../../weigh.ts'
import type { ComposeServiceFacts } from '../facts/facts.ts'

export interface MappingContext {
  readonly decision: Pick<Decision, 'candidates' | 'claims'>
  readonly repository: Repository
}

/** Types that say how something is packed or what it is for, not what it is written in. */
const wrappings: ReadonlySet<ServiceType> = new Set(['compose_stack', 'containerized', 'kubernetes', 'proxy', 'database'])

/** Whether a detector saw a language in the folder, and not only a module that others are compiled with. */
export function hasLanguage(path: string, { decision }: MappingContext): boolean {
  return (decision.claims.get(path) ?? []).some(
    ({ type, hasManifest, signs }) => !wrappings.has(type) && hasManifest && signs.some(({ weight }) => weight > 0),
  )
}

/** Whether a detector saw anything in the folder that could run. */
export function isClaimed(path: string, { decision }: MappingContext): boolean {
  return (decision.claims.get(path) ?? []).some(({ type }) => type !== 'compose_stack')
}

/** Whether all that a detector saw in the folder is a Dockerfile. */
export function isOnlyWrapped(path: string, { decision }: MappingContext): boolean {
  return (decision.claims.get(path) ?? []).every(({ type }) => type === 'compose_stack' || type === 'containerized')
}

/** What the folder may be written in. */
export function languagesOf(path: string, { decision }: MappingContext): ReadonlySet<ServiceType> {
  const claims = (decision.claims.get(path) ?? []).filter(({ signs }) => signs.some(({ weight }) => weight > 0))
  return new Set(claims.map(({ type }) => type).filter((type) => !wrappings.has(type)))
}

/** Whether the folder is a service in a language whatever a compose file says. */
export function isLanguageService(path: string, { decision }: MappingContext): boolean {
  return decision.candidates.some((candidate) => candidate.path === path && !wrappings.has(candidate.claim.type))
}

/** Folders with a language strictly below a folder. */
export function languageFoldersBelow(folder: string, context: MappingContext): string[] {
  return [...context.decision.claims.keys()].filter((path) => path !== folder && isWithin(path, folder) && hasLanguage(path, context))
}

export type Placed = Pick<
  ComposeServiceFacts,
  'name' | 'build' | 'image' | 'mounts' | 'workingDir' | 'containerName' | 'command' | 'entrypoint'
>
