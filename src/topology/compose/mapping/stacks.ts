// The stacks of a commit: which compose files run, and which folder each of their services is.
import type { Claim } from '../../claim.ts'
import { type ComposeFacts, type ComposeServiceFacts, readCompose } from '../../compose-file.ts'
import { isWithin, parentOf, printable } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { Decision } from '../../weigh.ts'
import { hiddenStack } from './hidden-stacks.ts'
import { dockerfilePath } from './mounted-folder.ts'
import { placeService } from './place-service.ts'
import { placeProxy } from './proxy-folder.ts'

/** The compose files of the stacks: those that include others first, then the outer before the inner; none that repeats an outer one. */
export function composeFilesOf(decision: Decision, repository: Repository): ComposeFacts[] {
  return stacksOf(decision, repository).map(({ facts }) => facts)
}

export interface PlacedService {
  readonly service: ComposeServiceFacts
  readonly path: string
  /** What a published image is by what is mounted into it, when the folder alone does not tell. */
  readonly claim?: Claim
}

export interface PlacedStack {
  readonly facts: ComposeFacts
  readonly places: readonly PlacedService[]
}

/** A decision is asked for its stacks by several stages of one analysis. */
const stacksByDecision = new WeakMap<Decision, { readonly repository: Repository; readonly stacks: readonly PlacedStack[] }>()

export function stacksOf(decision: Decision, repository: Repository): readonly PlacedStack[] {
  const known = stacksByDecision.get(decision)
  if (known?.repository === repository) return known.stacks
  const placed = filesOf(decision, repository).map((facts) => ({ facts, places: placesOf(facts, { decision, repository }) }))
  const stacks = placed.filter((stack, index) => !isRepeated(stack, placed.slice(0, index)))
  stacksByDecision.set(decision, { repository, stacks })
  return stacks
}

function filesOf({ candidates }: Decision, repository: Repository): ComposeFacts[] {
  const stacks = candidates.filter(({ claim }) => claim.type === 'compose_stack')
  const hidden = stacks.length > 0 ? undefined : hiddenStack('', repository)
  if (hidden !== undefined) return [hidden]
  const files = stacks.flatMap(({ claim }) => {
    const file = claim.spec.facts?.composeFile
    const facts = typeof file === 'string' ? readCompose(file, repository) : undefined
    return facts === undefined ? [] : [facts]
  })
  const included = new Set(files.flatMap((facts) => facts.included))
  return files.filter(({ file }) => !included.has(file))
}

function placesOf(facts: ComposeFacts, { decision, repository }: { decision: Decision; repository: Repository }): PlacedService[] {
  return facts.services.flatMap((service) => {
    const path = placeService(service, { decision, repository })
    const proxy = path === undefined ? placeProxy(service, facts, repository) : undefined
    if (proxy !== undefined) return [{ service, ...proxy }]
    if (path !== undefined && (path === '.' || repository.tree.folders.has(path))) return [{ service, path }]
    if (path !== undefined && !service.isProfiled)
      repository.warn(`${service.evidence.path} builds ${printable(path)}, which is not a folder of the repository; it is passed over.`)
    return []
  })
}

/** Whether a stack around it already runs everything that this one runs: it is there for whoever works on one folder alone. */
function isRepeated({ facts, places }: PlacedStack, before: readonly PlacedStack[]): boolean {
  const outer = before.filter((other) => isWithin(parentOf(facts.file), parentOf(other.facts.file)))
  const known = new Set(outer.flatMap((other) => other.places.map(({ path }) => path)))
  return places.length > 0 && places.every(({ path }) => known.has(path))
}

/** The build context; or, when the context is a larger folder, the claimed folder that the Dockerfile lies in. */
export function folderOfBuild(build: NonNullable<ComposeServiceFacts['build']>, { claims }: Pick<Decision, 'claims'>): string {
  const home = parentOf(dockerfilePath(build))
  return home !== build.context && isWithin(home, build.context) && claims.has(home) ? home : build.context
}
