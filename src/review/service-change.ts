// What becomes of one service, with its cause and what speaks for it.
import type { FileChange } from '../reconcile/affected-services.ts'
import type { Cause } from '../reconcile/plan.ts'
import type { StackService } from '../stack/stack.ts'
import { isWithin, joinPath, relativeTo } from '../topology/paths.ts'
import type { Evidence } from '../topology/topology.ts'
import type { Continued } from './continued.ts'
import { changedFacts } from './facts.ts'
import type { ChangeKind, FactChange, Move, ReviewedSide, ServiceChange, ServiceFacts } from './review.ts'

/** What was found out about all services before each is told. */
export interface Known {
  readonly after: ReviewedSide
  readonly continued: ReadonlyMap<string, Continued>
  readonly facts: { readonly before: ReadonlyMap<string, ServiceFacts>; readonly after: ReadonlyMap<string, ServiceFacts> }
  readonly causes: ReadonlyMap<string, Cause>
  /** Services whose health check changes, so that their containers are started again. */
  readonly checks: ReadonlySet<string>
  readonly files: ReadonlyMap<string, readonly FileChange[]>
}

export type Subject = { readonly after: StackService } | { readonly gone: ServiceFacts }

export function createChange(known: Known, subject: Subject): ServiceChange {
  return 'gone' in subject ? removal(known, subject.gone) : change(known, subject.after)
}

function removal({ causes }: Known, facts: ServiceFacts): ServiceChange {
  return {
    name: facts.name,
    kind: 'removed',
    isRebuilt: false,
    cause: causes.get(facts.name) ?? 'nothing in the commit declares it any more',
    before: facts,
    after: null,
    move: null,
    facts: [],
    files: [],
    replacement: null,
    evidence: [],
  }
}

function change(known: Known, service: StackService): ServiceChange {
  const { name } = service
  const found = known.continued.get(name)
  const before = found === undefined ? null : (known.facts.before.get(found.before.name) ?? null)
  const after = known.facts.after.get(name)!
  const kind = kindOf(known, found, service)
  const isRebuilt = found !== undefined && service.build !== undefined && found.before.image !== service.image
  const cause = causeOf(known, { service, move: found?.move ?? null, isRebuilt })
  return {
    ...{ name, kind, isRebuilt, cause, before, after },
    move: found?.move ?? null,
    facts: before === null ? [] : changedFacts(before, after).filter((fact) => !isSaid(fact, cause)),
    files: found === undefined ? [] : (known.files.get(name) ?? []).filter((file) => !isCarried(file, found.move)),
    replacement: isReplaced(found, service) ? service.replacement : null,
    evidence: evidenceOf(service, known.after),
  }
}

/** Under another name nothing is replaced: the one goes, and the other starts. */
function isReplaced(found: Continued | undefined, { name, configHash }: StackService): boolean {
  return found !== undefined && found.before.name === name && found.before.configHash !== configHash
}

/** A file that came along with its folder, as it was. */
function isCarried({ kind, path, from }: FileChange, move: Move | null): boolean {
  if (kind !== 'renamed' || from === undefined || move?.from.folder == null || move.to.folder === null) return false
  return isWithin(from, move.from.folder) && path === joinPath(move.to.folder, relativeTo(move.from.folder, from))
}

/** An image that becomes another one is the cause itself. */
function isSaid({ fact, removed, added }: FactChange, cause: Cause): boolean {
  return fact === 'image' && cause === `image ${removed[0]} became ${added[0]}`
}

function kindOf({ checks }: Known, found: Continued | undefined, service: StackService): ChangeKind {
  if (found === undefined) return 'added'
  const { before, move } = found
  if (move !== null) return 'moved'
  if (before.image !== service.image && service.build !== undefined) return 'rebuilt'
  const isOther = before.configHash !== service.configHash || before.replicas !== service.replicas || checks.has(service.name)
  return isOther ? 'changed' : 'unchanged'
}

interface Told {
  readonly service: StackService
  readonly move: Move | null
  readonly isRebuilt: boolean
}

function causeOf({ causes, continued }: Known, { service, move, isRebuilt }: Told): Cause {
  const cause = causes.get(service.name) ?? `${service.name} is new`
  if (move === null) {
    const before = continued.get(service.name)?.before
    const isOnlyScaled = before !== undefined && before.configHash === service.configHash && before.replicas !== service.replicas
    return isOnlyScaled ? `${before.replicas} → ${service.replicas} copies` : cause
  }
  const way = sayMove(move)
  // Another folder explains itself; what else is different is in the facts.
  return isRebuilt && move.keepsName ? `${way}; ${cause}` : way
}

function sayMove({ from, to, files }: Move): string {
  const counted = files === null || files.all === 0 ? '' : ` with ${files.same} of ${files.all} files as they were`
  if (from.folder === to.folder || from.folder === null || to.folder === null) return `${from.name} is called ${to.name}`
  return `folder ${from.folder} became ${to.folder}${counted}`
}

/** Enough to judge by; `kyozo explain` has all. */
const evidenceLimit = 6

function evidenceOf({ name, evidence }: StackService, { topology }: ReviewedSide): readonly Evidence[] {
  const spec = topology.services.find((one) => one.name === name)
  const links = (spec?.dependsOn ?? []).flatMap(({ service, evidence: [first] }) =>
    first === undefined ? [] : [{ ...first, fact: `needs ${service}: ${first.fact}`, weight: 0 }],
  )
  const own = spec?.evidence ?? evidence
  const strongest = [...own].sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0)).slice(0, evidenceLimit)
  return [...strongest, ...links.slice(0, evidenceLimit)]
}
