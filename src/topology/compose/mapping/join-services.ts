// The services that compose files run from the repository's folders, joined to the folders that were decided to be services, or added to them.
import { type Claim, compare, confidence, type Sign } from '../../claim.ts'
import { type ComposeFacts, type ComposeServiceFacts, readCompose } from '../../compose-file.ts'
import { isWithin, parentOf, printable } from '../../paths.ts'
import { emptyClaim } from '../../reading/source-signs.ts'
import type { Repository } from '../../repository.ts'
import { type Candidate, type Decision, toCandidate } from '../../weigh.ts'
import { hiddenStack } from './hidden-stacks.ts'
import { dockerfilePath } from './mounted-folder.ts'
import { placeService } from './place-service.ts'

export interface ComposeDraft {
  readonly file: string
  readonly service: ComposeServiceFacts
}

/** A decided folder, and the compose service that it is, when a stack runs it. */
export interface Joined extends Candidate {
  readonly compose?: ComposeDraft
}

/** The compose files of the stacks: those that include others first, then the outer before the inner; none that repeats an outer one. */
export function composeFilesOf(decision: Decision, repository: Repository): ComposeFacts[] {
  return stacksOf(decision, repository).map(({ facts }) => facts)
}

export function joinComposeServices(decision: Decision, repository: Repository): Joined[] {
  const stacks = stacksOf(decision, repository)
  const kept = new Set(stacks.map(({ facts }) => facts.file))
  let services: Joined[] = decision.candidates.filter(({ claim }) => isOtherOrKept(claim, { kept, repository }))
  for (const { facts, places } of stacks) {
    if (!services.some(({ claim }) => claim.spec.facts?.composeFile === facts.file)) services.push(stackCandidate(facts))
    services = joinStack(services, { file: facts.file, places, decision })
  }
  return services
}

interface PlacedService {
  readonly service: ComposeServiceFacts
  readonly path: string
}

interface PlacedStack {
  readonly facts: ComposeFacts
  readonly places: readonly PlacedService[]
}

const stacksByDecision = new WeakMap<Decision, readonly PlacedStack[]>()

function stacksOf(decision: Decision, repository: Repository): readonly PlacedStack[] {
  const known = stacksByDecision.get(decision)
  if (known !== undefined) return known
  const placed = filesOf(decision, repository).map((facts) => ({ facts, places: placesOf(facts, { decision, repository }) }))
  const stacks = placed.filter((stack, index) => !isRepeated(stack, placed.slice(0, index)))
  stacksByDecision.set(decision, stacks)
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

/** Files that are not read yet stay what they were taken for. */
function isOtherOrKept({ type, spec }: Claim, { kept, repository }: { kept: ReadonlySet<string>; repository: Repository }): boolean {
  const file = spec.facts?.composeFile
  return type !== 'compose_stack' || typeof file !== 'string' || kept.has(file) || readCompose(file, repository) === undefined
}

function placesOf(facts: ComposeFacts, { decision, repository }: { decision: Decision; repository: Repository }): PlacedService[] {
  return facts.services.flatMap((service) => {
    const path = placeService(service, { decision, repository })
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

interface JoinInput {
  readonly file: string
  readonly places: readonly PlacedService[]
  readonly decision: Decision
}

function joinStack(found: readonly Joined[], { file, places, decision }: JoinInput): Joined[] {
  const services = [...found]
  const running = new Set(places.filter(({ service }) => !service.isProfiled).map(({ path }) => path))
  for (const { service, path } of places) {
    const isHere = (other: Joined) => other.path === path && other.claim.type !== 'compose_stack'
    const free = services.findIndex((other) => isHere(other) && other.compose === undefined)
    if (service.isProfiled) {
      // What a profile holds back does not run on its own either.
      if (free >= 0 && !running.has(path)) services.splice(free, 1)
    } else if (free >= 0) services[free] = join(services[free] as Joined, { file, service })
    // Another file's service is the same program: one folder is not built twice for two stacks.
    else if (!services.some((other) => isHere(other) && other.compose?.file !== file))
      services.push({ ...fromCompose(path, service, decision), compose: { file, service } })
  }
  return services
}

function join(candidate: Joined, compose: ComposeDraft): Joined {
  const signs = [...candidate.claim.signs, signOf(compose.service)]
  return { ...candidate, claim: { ...candidate.claim, signs }, confidence: confidence(signs), compose }
}

function signOf({ name, build, image, evidence }: ComposeServiceFacts): Sign {
  if (build !== undefined) return { ...build.evidence, weight: 0.6 }
  return { ...evidence, fact: `service ${name} runs it${image === undefined ? '' : ` as ${printable(image)}`}`, weight: 0.6 }
}

/** A folder that only the compose file makes a service: what spoke against it does not count. */
function fromCompose(path: string, service: ComposeServiceFacts, { claims }: Decision): Candidate {
  const [best, ...others] = (claims.get(path) ?? []).filter(({ type }) => type !== 'compose_stack')
  const claim = best ?? emptyClaim('containerized')
  const sign = { ...signOf(service), weight: 0.8 }
  return toCandidate(path, { ...claim, signs: [...claim.signs.filter(({ weight }) => weight > 0), sign] }, others)
}

/** A stack in a folder that is not looked at otherwise. */
function stackCandidate({ file, services }: ComposeFacts): Candidate {
  const claim: Claim = {
    ...emptyClaim('compose_stack'),
    signs: [
      { path: file, line: 1, fact: 'starts what the repository builds', weight: 0.7 },
      ...services.slice(0, 3).map(({ evidence }) => ({ ...evidence, weight: 0.4 })),
    ],
    spec: { facts: { composeFile: file, services: services.map(({ name }) => name) } },
  }
  return toCandidate(parentOf(file), claim, [])
}

/**
 * Services by path. At one path a stack comes first when it runs other folders too; when it only runs the folder that it lies in, the service does.
 */
export function byPlace(
  services: readonly (Joined & { readonly name: string })[],
): (a: Joined & { name: string }, b: Joined & { name: string }) => number {
  const folders = new Map<string, Set<string>>()
  for (const { path, compose } of services) {
    if (compose !== undefined) folders.set(compose.file, (folders.get(compose.file) ?? new Set()).add(path))
  }
  const rank = ({ path, claim }: Joined) => {
    if (claim.type !== 'compose_stack') return 1
    const run = folders.get(String(claim.spec.facts?.composeFile)) ?? new Set()
    return run.size > 1 || (run.size === 1 && !run.has(path)) ? 0 : 2
  }
  return (a, b) => compare(a.path, b.path) || rank(a) - rank(b) || compare(a.name, b.name)
}

/** The build context; or, when the context is a larger folder, the claimed folder that the Dockerfile lies in. */
export function folderOfBuild(build: NonNullable<ComposeServiceFacts['build']>, { claims }: Pick<Decision, 'claims'>): string {
  const home = parentOf(dockerfilePath(build))
  return home !== build.context && isWithin(home, build.context) && claims.has(home) ? home : build.context
}
