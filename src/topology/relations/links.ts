// Who depends on whom: what is declared, what deployment files say, what addresses name, and what drivers and configuration need.

import type { StatedAddress } from '../claim.ts'
import { compare } from '../claim.ts'
import type { DeclarationFile } from '../declaration/declaration.ts'
import { isFileAddress } from '../file-address.ts'
import { bindingOf } from '../precedence.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { BackingKind, BackingService, Connection, Dependency, Evidence } from '../topology.ts'
import { addedBacking, addedName } from './added-backing.ts'
import { type AddressLink, addressLinks } from './addresses.ts'
import { type BackingNeed, findNeeds, type NeedInput } from './backing.ts'
import { addressBinding, needBinding, weighed } from './binding.ts'
import { clientLinks } from './clients.ts'
import { conflictLinks, type Others, publishersByFile } from './conflicts.ts'
import { usualConnections } from './connections.ts'
import { declaredLinks, declaredNeeds, withoutDenied } from './declared.ts'
import { isOffFor, refuseUnknownBacking } from './declared-backing.ts'
import { addressesByUser, addressesElsewhere } from './elsewhere.ts'
import { ruleOf, serves } from './kinds.ts'
import { mergeLinks } from './merge-links.ts'
import { createDirectory, type Directory, type Target } from './names.ts'
import type { Packages } from './packages.ts'
import { type StatedRequirement, statedNeeds } from './stated-needs.ts'
import type { Workload } from './workloads/workload.ts'

/** A dependency, and whether somebody wrote it down as one or it was inferred. */
export interface Link {
  readonly from: string
  readonly to: string
  readonly kind: Dependency['kind']
  readonly isDeclared: boolean
  readonly connections: readonly Connection[]
  readonly evidence: readonly Evidence[]
}

export interface LinkInput {
  readonly drafts: readonly Draft[]
  readonly workloads: readonly Workload[]
  /** Backing services that stacks of the repository bring along. */
  readonly composed: readonly BackingService[]
  readonly declared: DeclarationFile
  readonly repository: Repository
  readonly packages: Packages
  /** What the service's claims, its shared code and its configuration name, one for each language of its folder. */
  readonly needInputs: (draft: Draft) => readonly NeedInput[]
  /** Services whose own image is a database. */
  readonly providers: readonly Provider[]
}

export interface Provider {
  readonly name: string
  readonly kind: BackingKind
}

export interface Links {
  readonly links: readonly Link[]
  readonly backing: readonly BackingService[]
}

/** A link whose other end may be a kind that nobody provides yet. */
export interface OpenLink extends Omit<Link, 'to'> {
  readonly target: Target
  /** Whether only a variable's name speaks for it. Default is false. */
  readonly isOnlyNamed?: boolean
}

export function linkServices(input: LinkInput): Links {
  const directory = createDirectory(input)
  if (input.repository.tree.wanted.size === 0) refuseUnknownBacking(input.declared, directory)
  const others = { directory, byFile: publishersByFile(input.workloads) }
  const found = input.drafts.flatMap((draft) => openLinks(draft, input, others))
  const open = withoutDenied(found, { drafts: input.drafts, names: directory.names })
  const added = addedBacking(open, directory, isOffFor(input.declared))
  const known = [...input.composed, ...added.map(({ isElsewhere: _, ...one }): BackingService => one)]
  const links = open.flatMap(({ target, isOnlyNamed: _, ...link }): Link[] => {
    const to = target.name ?? addedName(target, added)
    return to === undefined || to === link.from ? [] : [{ ...link, to }]
  })
  return { links: mergeLinks(links), backing: known.sort((a, b) => compare(a.name, b.name)) }
}

function openLinks(draft: Draft, input: LinkInput, others: Others): OpenLink[] {
  const { directory } = others
  if (draft.claim.type === 'compose_stack') return stackLinks(draft, input)
  const own = input.workloads.filter((workload) => directory.draftOf(workload) === draft)
  const found = statedLinks(draft, { input, directory, own })
  const isProgram =
    draft.claim.type !== 'database' && draft.claim.type !== 'proxy' && !input.providers.some(({ name }) => name === draft.name)
  const needs = isProgram
    ? input
        .needInputs(draft)
        .flatMap((needInput) => findNeeds(withWorkloads(needInput, own, draft)))
        .filter(({ kind }) => kind !== draft.claim.spec.name)
    : []
  const elsewhere = addressesElsewhere(draft, { own, directory, repository: input.repository })
  const context: ProviderContext = { draft, input, own, linked: found.map(({ target }) => target) }
  // Another file may call the database of its own copy of the stack by any name: it is the one that is there.
  const stated = found.map((link) => {
    const { kind, name } = link.target
    return name === undefined && kind !== undefined ? { ...link, target: providerOf(kind, context) } : link
  })
  return [
    ...declaredLinks(draft, { ...input, names: directory.names }).map((link) => weighed(link, 1)),
    ...stated,
    ...clientLinks(draft, { ...input, directory }),
    ...conflictLinks(draft, own, others).map((link) => weighed(link, bindingOf('compose'))),
    ...needs.map((need) => weighed(needLink(withoutUsual(need, draft, found), context, elsewhere), needBinding[need.strength])),
    ...statedNeeds(draft, input).map((said) => statedNeedLink(said, needs, context)),
    ...declaredNeeds(draft, { ...input, names: directory.names }).map(({ rule, kind, evidence }): OpenLink => {
      const isFound = needs.some((need) => need.kind === rule.kind)
      const connections = isFound ? [] : usualConnections(rule)
      const target = providerOf(rule.kind, context)
      return weighed({ from: draft.name, kind, isDeclared: true, connections, evidence: [evidence], target }, 1)
    }),
  ]
}

/** Where a deployment file says by which variables an address is given, those that are only usual are nobody's. */
function withoutUsual(need: BackingNeed, { claim }: Draft, links: readonly OpenLink[]): BackingNeed {
  const rule = ruleOf(need.kind)
  const isGiven = links.some(
    ({ target, connections }) => target.kind !== undefined && serves(target.kind, need.kind) && connections.length > 0,
  )
  if (rule === undefined || !isGiven) return need
  const usual = new Set(usualConnections(rule, { type: claim.type, framework: claim.spec.framework }).map(({ variable }) => variable))
  return { ...need, connections: need.connections.filter(({ variable }) => !usual.has(variable)) }
}

/** Two services of one platform's file may need one another, so what it says orders nothing as a declaration would. */
function statedNeedLink({ thing, evidence, source }: StatedRequirement, needs: readonly BackingNeed[], context: ProviderContext): OpenLink {
  const link = { from: context.draft.name, kind: 'requires' as const, isDeclared: false, evidence: [evidence] }
  if ('service' in thing) return weighed({ ...link, connections: [], target: { name: thing.service } }, bindingOf(source))
  const rule = needs.some((need) => need.kind === thing.kind) ? undefined : ruleOf(thing.kind)
  const { type, spec } = context.draft.claim
  const usual = rule === undefined ? [] : usualConnections(rule, { type, framework: spec.framework ?? '' })
  const [first] = usual
  const connections = thing.variable === undefined || first === undefined ? usual : [{ ...first, variable: thing.variable }]
  return weighed({ ...link, connections, target: providerOf(thing.kind, context) }, bindingOf(source))
}

/** A stack needs what it brings along. */
function stackLinks({ name, claim }: Draft, { composed }: LinkInput): OpenLink[] {
  return composed.flatMap(({ name: target, kind, compose, evidence }): OpenLink[] =>
    compose?.file === claim.spec.facts?.composeFile
      ? [
          weighed(
            { from: name, kind: 'requires', isDeclared: false, connections: [], evidence, target: { name: target, kind } },
            bindingOf('compose'),
          ),
        ]
      : [],
  )
}

/** Variables that a deployment file gives; of those that it gives to many, only what the source reads. */
function withWorkloads(needInput: NeedInput, own: readonly Workload[], draft: Draft): NeedInput {
  const files = addressesByUser(draft).filter(({ value }) => isFileAddress(value))
  return { ...needInput, addresses: [...files, ...needInput.addresses, ...addressesOf(own, needInput.addresses)] }
}

function addressesOf(own: readonly Workload[], read: NeedInput['addresses']): NeedInput['addresses'] {
  const known = new Set(read.map(({ variable }) => variable))
  const given = own.flatMap(({ addresses }) => addresses)
  const readsShared = given.some(({ isShared, variable }) => isShared === true && known.has(variable))
  return given.filter(({ isShared, variable }) => isShared !== true || !readsShared || known.has(variable))
}

interface Stating {
  readonly input: LinkInput
  readonly directory: Directory
  readonly own: readonly Workload[]
}

function statedLinks(draft: Draft, { input, directory, own }: Stating): OpenLink[] {
  const read = input.needInputs(draft).flatMap(({ addresses }) => addresses)
  const addresses = addressLinks([...addressesByUser(draft), ...addressesOf(own, read), ...read], directory)
  const written = own.flatMap(({ dependsOn, file, isStack }) =>
    dependsOn.flatMap(({ service, isOptional, connections = [], evidence }): OpenLink[] => {
      const target = directory.find(service, file)
      const kind = isOptional ? 'optional' : 'requires'
      return target === undefined
        ? []
        : [
            weighed(
              { from: draft.name, kind, isDeclared: isStack, connections, evidence: [evidence], target },
              bindingOf(isStack ? 'compose' : 'kubernetes'),
            ),
          ]
    }),
  )
  return [...written, ...addresses.map((address) => addressLink(draft.name, address))].filter(({ target }) => target.name !== draft.name)
}

function addressLink(from: string, { target, address, template, kind }: AddressLink): OpenLink {
  const { variable, evidence } = address
  // Kinds have their own templates, with user and password: their needs bring the connection.
  const isSettable = variable !== undefined && /^\w{1,100}$/.test(variable) && !isListItem(variable) && !/^lb:/.test(template)
  const connections = isSettable && target.kind === undefined ? [{ variable, template }] : []
  const fact = `${evidence.fact} names ${target.name ?? target.kind}`
  return weighed({ from, kind, isDeclared: false, connections, evidence: [{ ...evidence, fact }], target }, addressBinding[address.from])
}

/** Spring takes a list from one source: who sets `ROUTES_0_URI` loses everything else that the file says of the routes. */
function isListItem(variable: string): boolean {
  return /^(?:SPRING|ZUUL|FEIGN|EUREKA)_\w{0,80}_\d{1,3}_/.test(variable)
}

interface ProviderContext {
  readonly draft: Draft
  readonly input: LinkInput
  readonly own: readonly Workload[]
  /** Whom the service is linked to by other signs. */
  readonly linked: readonly Target[]
}

function needLink(need: BackingNeed, context: ProviderContext, elsewhere: readonly StatedAddress[]): OpenLink {
  const { kind, strength, isOnlyNamed, connections, evidence } = need
  const link = { from: context.draft.name, kind: strength, isOnlyNamed, isDeclared: false, connections }
  const stated = elsewhere.find(({ variable }) => connections.some((connection) => connection.variable === variable))
  if (stated !== undefined) return { ...link, evidence: [stated.evidence, ...evidence], target: { kind, isElsewhere: true } }
  return { ...link, evidence, target: providerOf(kind, context) }
}

/** Who provides a kind: whom the service is linked to already, a folder's own, its own stack's, another stack's; else nobody yet. */
function providerOf(kind: BackingKind, { input, own, linked }: ProviderContext): Target {
  const reached = linked.filter((target) => target.kind !== undefined && serves(target.kind, kind))
  const named = reached.find(({ name }) => name !== undefined)
  if (named !== undefined) return named
  const served = input.providers.filter((provider) => serves(provider.kind, kind))
  const folder = served.find(({ name }) => linked.some((target) => target.name === name)) ?? served[0]
  if (folder !== undefined) return { name: folder.name }
  const files = new Set(own.map(({ file }) => file))
  const serving = input.composed.filter((backing) => serves(backing.kind, kind))
  const best =
    serving.find((backing) => backing.kind === kind && files.has(backing.compose?.file ?? '')) ??
    serving.find(({ compose }) => files.has(compose?.file ?? '')) ??
    serving.find((backing) => backing.kind === kind) ??
    serving[0]
  return best === undefined ? (reached[0] ?? { kind }) : { name: best.name, kind: best.kind }
}
