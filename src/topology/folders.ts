// Folders that are no services, and what they are.
import { compare } from './claim.ts'
import { idleImages } from './compose/mapping/unlisted.ts'
import { ancestorsOf, isWithin } from './paths.ts'
import type { Packages } from './relations/packages.ts'
import { findReads } from './relations/reads.ts'
import type { Repository } from './repository.ts'
import { composeFilesOf, type Draft, folderOfBuild } from './services.ts'
import type { FolderRole, ServiceSpec } from './topology.ts'
import type { Decision } from './weigh.ts'

export interface FolderInput {
  readonly services: readonly ServiceSpec[]
  readonly drafts: readonly Draft[]
  readonly decision: Decision
}

/** Sorted by path; neither folders that services lie at, nor folders inside one of the same role. */
export function foldersOf(
  { services, drafts, decision }: FolderInput,
  context: { repository: Repository; packages: Packages },
): FolderRole[] {
  const { repository } = context
  const taken = new Set(services.map(({ path }) => path))
  const roles = new Map<string, FolderRole>()
  const add = (role: FolderRole) => {
    if (!taken.has(role.path) && !roles.has(role.path)) roles.set(role.path, role)
  }
  for (const role of [...decision.roles, ...idleImages(decision, repository)]) add(role)
  for (const role of notStarted(decision, repository)) add(role)
  for (const { path, rule } of repository.passedOver) {
    add({ path, role: rule.role, evidence: [{ path, fact: `named like ${articleOf(rule.role)}`, weight: -rule.weight }] })
  }
  for (const draft of drafts) {
    for (const { folder, evidence } of findReads(draft, context).shared) {
      const isInService = services.some(({ path }) => path !== '.' && isWithin(folder, path))
      if (repository.folders.has(folder) && !isInService) add({ path: folder, role: 'library', evidence: [evidence] })
    }
  }
  const isInside = ({ path, role }: FolderRole) => ancestorsOf(path).some((above) => above !== '.' && roles.get(above)?.role === role)
  return [...roles.values()].filter((role) => !isInside(role)).sort((a, b) => compare(a.path, b.path))
}

/** Folders of what a stack builds and does not keep running. */
function notStarted(decision: Decision, repository: Repository): FolderRole[] {
  return composeFilesOf(decision, repository).flatMap(({ services }) =>
    services.flatMap(({ build, isProfiled, runsOnce, evidence }): FolderRole[] => {
      const held = isProfiled ? { ...evidence, fact: 'runs only when its profile is asked for' } : undefined
      const why = held ?? (runsOnce?.isCertain ? runsOnce.evidence : undefined)
      return why === undefined || build === undefined ? [] : [{ path: folderOfBuild(build, decision), role: 'tooling', evidence: [why] }]
    }),
  )
}

function articleOf(role: FolderRole['role']): string {
  const words: Record<FolderRole['role'], string> = {
    library: 'shared code',
    workspace_root: 'a workspace',
    docs: 'documentation',
    tests: 'tests',
    example: 'an example',
    fixture: 'test data',
    generated: 'generated files',
    vendored: "other people's code",
    tooling: 'tools',
    asset: 'assets',
    unknown: 'something else',
  }
  return words[role]
}
