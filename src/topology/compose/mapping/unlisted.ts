// Folders that only hold an image which the stack around them does not run: bases of other images, tools, and what was once a service.

import { readCompose } from '../../compose-file.ts'
import { findDockerfile } from '../../dockerfiles.ts'
import { baseName, isWithin, joinPath, parentOf } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence, FolderRole } from '../../topology.ts'
import type { Decision } from '../../weigh.ts'
import { composeNamesIn } from '../facts/file-names.ts'
import { dockerfilePath } from './mounted-folder.ts'
import { folderOfBuild, type PlacedStack, stacksOf } from './stacks.ts'

/** A stack that runs fewer folders may leave others to be run by themselves. */
const foldersFrom = 3

/** Compose files beside a stack's own that are read for what else may be started. */
const variantsLimit = 12

export function idleImages(decision: Decision, repository: Repository): FolderRole[] {
  const stacks = stacksOf(decision, repository)
  if (decision.candidates.some(({ claim }) => claim.type === 'kubernetes'))
    return [...mountedOnly(stacks), ...lentDockerfiles(decision, { stacks, repository })]
  const wrapped = decision.candidates.filter(({ claim }) => claim.type === 'containerized')
  const unlisted = wrapped.flatMap(({ path }): FolderRole[] => {
    const stack = stacks.findLast(({ facts }) => isWithin(path, parentOf(facts.file)))
    if (stack === undefined || runBy(stack).size < foldersFrom || isListed(path, { stack, decision, repository })) return []
    const evidence: Evidence = { path: stack.facts.file, line: 1, fact: `${baseName(stack.facts.file)} does not run it` }
    return [{ path, role: 'unknown', evidence: [evidence] }]
  })
  return [...mountedOnly(stacks), ...lentDockerfiles(decision, { stacks, repository }), ...unlisted]
}

/** Folders with only the Dockerfile by which a stack builds another folder. */
function lentDockerfiles(
  { candidates }: Decision,
  { stacks, repository }: { stacks: readonly PlacedStack[]; repository: Repository },
): FolderRole[] {
  const places = stacks.flatMap((stack) => stack.places)
  const run = new Set(places.map(({ path }) => path))
  const wrapped = candidates.filter(({ path, claim }) => claim.type === 'containerized' && !run.has(path))
  return wrapped.flatMap(({ path }): FolderRole[] => {
    const folder = repository.folders.get(path)
    const own = folder === undefined ? undefined : findDockerfile(folder, repository)?.path
    const user = places.find(({ service: { build } }) => build !== undefined && dockerfilePath(build) === own)
    if (user?.service.build === undefined) return []
    return [{ path, role: 'tooling', evidence: [{ ...user.service.build.evidence, fact: `holds the Dockerfile of ${user.path}` }] }]
  })
}

/** Build contexts that hold only the image in which another folder's mounted sources run. */
function mountedOnly(stacks: readonly PlacedStack[]): FolderRole[] {
  const places = stacks.flatMap((stack) => stack.places)
  const run = new Set(places.map(({ path }) => path))
  return places.flatMap(({ service: { build }, path }): FolderRole[] => {
    if (build === undefined || build.context === '.' || run.has(build.context) || isWithin(path, build.context)) return []
    return [{ path: build.context, role: 'tooling', evidence: [{ ...build.evidence, fact: `is the image that ${path} runs in` }] }]
  })
}

function runBy({ places }: PlacedStack): ReadonlySet<string> {
  return new Set(places.map(({ path }) => path))
}

function isListed(
  path: string,
  { stack, decision, repository }: { stack: PlacedStack; decision: Decision; repository: Repository },
): boolean {
  if (runBy(stack).has(path)) return true
  const folder = parentOf(stack.facts.file)
  const names = composeNamesIn(repository.folders.get(folder)?.files ?? new Set()).slice(0, variantsLimit)
  const variants = names.map((name) => readCompose(joinPath(folder, name), repository)).filter((facts) => facts !== undefined)
  return [stack.facts, ...variants].some(({ services }) =>
    services.some(({ build }) => build !== undefined && (build.context === path || folderOfBuild(build, decision) === path)),
  )
}
