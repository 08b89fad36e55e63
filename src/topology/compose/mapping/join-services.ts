// The services that compose files run from the repository's folders, joined to the folders that were decided to be services, or added to them.
import { type Claim, compare, type Sign } from '../../claim.ts'
import { type ComposeFacts, type ComposeServiceFacts, readCompose } from '../../compose-file.ts'
import { parentOf, printable } from '../../paths.ts'
import { emptyClaim } from '../../reading/source-signs.ts'
import type { Repository } from '../../repository.ts'
import { type Candidate, type Decision, toCandidate } from '../../weigh.ts'
import { overrideWords } from '../wording.ts'
import { builtClaim } from './built-claim.ts'
import { servedFolders } from './served-folders.ts'
import { type PlacedService, stacksOf } from './stacks.ts'
import { idleImages } from './unlisted.ts'

export interface ComposeDraft {
  readonly file: string
  readonly service: ComposeServiceFacts
}

/** A decided folder, and the compose service that it is, when a stack runs it. */
export interface Joined extends Candidate {
  readonly compose?: ComposeDraft
}

export function joinComposeServices(decision: Decision, repository: Repository): Joined[] {
  const stacks = stacksOf(decision, repository)
  const kept = new Set(stacks.map(({ facts }) => facts.file))
  const idle = new Set(idleImages(decision, repository).map(({ path }) => path))
  let services: Joined[] = decision.candidates.filter(
    ({ path, claim }) => isOtherOrKept(claim, { kept, repository }) && !(claim.type === 'containerized' && idle.has(path)),
  )
  for (const { facts, places } of stacks) {
    if (facts.override !== undefined) repository.warn(`${printable(facts.override)} ${overrideWords}.`)
    if (!services.some(({ claim }) => claim.spec.facts?.composeFile === facts.file)) services.push(stackCandidate(facts))
    services = joinStack(services, { file: facts.file, places, decision, repository })
  }
  return services
}

/** Files that are not read yet stay what they were taken for. */
function isOtherOrKept({ type, spec }: Claim, { kept, repository }: { kept: ReadonlySet<string>; repository: Repository }): boolean {
  const file = spec.facts?.composeFile
  return type !== 'compose_stack' || typeof file !== 'string' || kept.has(file) || readCompose(file, repository) === undefined
}

interface JoinInput {
  readonly file: string
  readonly places: readonly PlacedService[]
  readonly decision: Decision
  readonly repository: Repository
}

function joinStack(found: readonly Joined[], { file, places, decision, repository }: JoinInput): Joined[] {
  const services = [...found]
  const running = new Set(places.filter(({ service }) => runsOn(service)).map(({ path }) => path))
  for (const { service, path, claim: own } of places) {
    // What an image is by its mounts is beside whatever else its folder is.
    const isHere = (other: Joined) =>
      other.path === path && (own === undefined ? other.claim.type !== 'compose_stack' : other.claim.type === own.type)
    const free = services.findIndex((other) => isHere(other) && other.compose === undefined)
    if (!runsOn(service)) {
      if (free >= 0 && !running.has(path) && isNoMore(services[free] as Joined, service)) services.splice(free, 1)
      continue
    }
    // Another file's service is the same program: one folder is not built twice for two stacks.
    if (free < 0 && services.some((other) => isHere(other) && other.compose?.file !== file)) continue
    const claims = own === undefined ? (decision.claims.get(path) ?? []).filter(({ type }) => type !== 'compose_stack') : [own]
    const claim = own ?? builtClaim({ service, path, claims }, repository)
    const joined: Joined = { ...withCompose(path, service, { claim, claims }), compose: { file, service } }
    if (free >= 0) services[free] = joined
    else services.push(joined)
    for (const other of servedFolders(service, { decision, repository })) takeIn(services, joined, other)
  }
  return services
}

/** Neither held back by a profile nor over when it has done its work. */
function runsOn({ isProfiled, runsOnce }: ComposeServiceFacts): boolean {
  return !isProfiled && runsOnce?.isCertain !== true
}

/**
 * What a profile holds back does not run on its own either, nor does what ends by the image's own command; a program that is only started for
 * a task here may well be served elsewhere.
 */
function isNoMore({ claim }: Joined, { isProfiled, command, entrypoint }: ComposeServiceFacts): boolean {
  return isProfiled || claim.type === 'containerized' || (command === undefined && entrypoint === undefined)
}

/** What one service has mounted beside its own folder runs in it, not on its own: whom it reaches, the service reaches. */
function takeIn(services: Joined[], joined: Joined, path: string): void {
  const at = services.findIndex((other) => other.path === path && other.compose === undefined && other.claim.type !== 'compose_stack')
  const [inner] = at < 0 ? [] : services.splice(at, 1)
  if (inner === undefined) return
  const addresses = [...joined.claim.addresses, ...inner.claim.addresses]
  services[services.indexOf(joined)] = { ...joined, claim: { ...joined.claim, addresses } }
}

/** The stack decides that the folder is a service: what spoke against it does not count. */
function withCompose(path: string, service: ComposeServiceFacts, { claim, claims }: { claim: Claim; claims: readonly Claim[] }): Candidate {
  const doubt = doubtsOf(service, claim)
  const signs = [...claim.signs.filter(({ weight }) => weight > 0), signOf(service), ...doubt]
  const others = claims.filter((other) => other !== claim)
  return toCandidate(path, { ...claim, signs }, others)
}

/** What keeps a service of a stack from being certain: it may end soon, or is there to be typed into. */
function doubtsOf({ runsOnce, isInteractive, ports, published, healthTest, evidence }: ComposeServiceFacts, { type, spec }: Claim): Sign[] {
  if (runsOnce !== undefined) return [{ ...runsOnce.evidence, weight: -0.2 }]
  const answers = ports.length > 0 || published.length > 0 || healthTest !== undefined || spec.port !== undefined
  const isTyped = isInteractive && type === 'containerized' && !answers
  return isTyped ? [{ ...evidence, fact: `${evidence.fact} waits for what is typed`, weight: -0.3 }] : []
}

function signOf({ name, build, image, evidence }: ComposeServiceFacts): Sign {
  if (build !== undefined) return { ...build.evidence, weight: 0.8 }
  return { ...evidence, fact: `service ${name} runs it${image === undefined ? '' : ` as ${printable(image)}`}`, weight: 0.6 }
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

type Named = Joined & { readonly name: string }

/**
 * Services by path. At one path a stack comes first when it runs other folders too; when it only runs the folder that it lies in, the service does.
 * Of several programs of one image the one that the image itself starts comes first.
 */
export function byPlace(services: readonly Named[]): (a: Named, b: Named) => number {
  const folders = new Map<string, Set<string>>()
  for (const { path, compose } of services) {
    if (compose !== undefined) folders.set(compose.file, (folders.get(compose.file) ?? new Set()).add(path))
  }
  const rank = ({ path, claim, compose }: Joined) => {
    if (claim.type !== 'compose_stack') return compose?.service.command === undefined && compose?.service.entrypoint === undefined ? 1 : 2
    const run = folders.get(String(claim.spec.facts?.composeFile)) ?? new Set()
    return run.size > 1 || (run.size === 1 && !run.has(path)) ? 0 : 3
  }
  return (a, b) => compare(a.path, b.path) || rank(a) - rank(b) || compare(a.name, b.name)
}
