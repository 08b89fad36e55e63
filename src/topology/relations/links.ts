// Who depends on whom: what is declared, what a compose file says, what addresses name, and what drivers need.
import { compare } from '../claim.ts'
import type { ComposeFacts } from '../compose-file.ts'
import type { DeclarationFile } from '../declaration/declaration.ts'
import { printable } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { BackingKind, BackingService, Connection, Dependency, Evidence } from '../topology.ts'
import { addressLinks, composeAddresses } from './addresses.ts'
import { findNeeds, type NeedInput } from './backing.ts'
import { usualConnections } from './connections.ts'
import { backingOfImage, kindRules } from './kinds.ts'

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
  readonly composeFiles: readonly ComposeFacts[]
  readonly declared: DeclarationFile
  readonly repository: Repository
  /** Claims of the shared code that a service's build reads: its drivers are the service's. */
  readonly sharedNeeds: (draft: Draft) => Pick<NeedInput, 'dependencies' | 'imports' | 'addresses'>
  /** Services whose own image is a database, by kind. */
  readonly providers: ReadonlyMap<BackingKind, string>
}

export interface Links {
  readonly links: readonly Link[]
  readonly backing: readonly BackingService[]
}

export function linkServices(input: LinkInput): Links {
  const composed = composeBacking(input)
  const names = new Map<string, string>()
  for (const { name, compose } of input.drafts) if (compose !== undefined) names.set(compose.service.name, name)
  for (const { name } of composed) names.set(name, name)
  for (const { name } of input.drafts) names.set(name, name)
  const isBackingOff = input.declared.declaration.backing === 'off'
  const needs = input.drafts.flatMap((draft) => withDeclared(draft, needsOf(draft, input, composed), { input, composed, names }))
  const links = input.drafts.flatMap((draft) => [
    ...declaredLinks(draft, input, names),
    ...composeLinks(draft, names),
    ...addressLinks(draft, names),
  ])
  const added = isBackingOff ? [] : addedBacking(needs, names)
  const wanted = needs.flatMap(({ link, kind, provider }) => {
    const to = provider ?? added.find((backing) => backing.kind === kind)?.name
    return to === undefined || to === link.from ? [] : [{ ...link, to }]
  })
  return { links: mergeLinks([...links, ...wanted]), backing: [...composed, ...added].sort((a, b) => compare(a.name, b.name)) }
}

/** Images of known databases in compose files are backing services under the names that the file gives them. */
function composeBacking({ composeFiles, drafts }: LinkInput): BackingService[] {
  const taken = new Set(drafts.map(({ name }) => name))
  return composeFiles.flatMap(({ file, services }) =>
    services.flatMap(({ name, image, build, evidence, isProfiled }): BackingService[] => {
      const kind = build === undefined && !isProfiled ? backingOfImage(image) : undefined
      if (kind === undefined || taken.has(name) || !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return []
      taken.add(name)
      return [{ name, kind, evidence: [{ ...evidence, fact: `image ${printable(image ?? '')}` }], compose: { file, service: name } }]
    }),
  )
}

interface Need {
  readonly kind: BackingKind
  /** Who already provides it. */
  readonly provider: string | undefined
  readonly link: Omit<Link, 'to'>
}

function needsOf(draft: Draft, input: LinkInput, composed: readonly BackingService[]): Need[] {
  const shared = input.sharedNeeds(draft)
  const { claim } = draft
  return findNeeds({
    type: claim.type,
    dependencies: [...claim.dependencies, ...shared.dependencies],
    imports: [...claim.imports, ...shared.imports],
    addresses: [...claim.addresses, ...composeAddresses(draft), ...shared.addresses],
  }).map(({ kind, strength, connections, evidence }) => ({
    kind,
    provider: providerOf(kind, input, composed),
    link: { from: draft.name, kind: strength, isDeclared: false, connections, evidence },
  }))
}

interface DeclaredContext {
  readonly input: LinkInput
  readonly composed: readonly BackingService[]
  readonly names: ReadonlyMap<string, string>
}

/** `depends_on: [postgres]` asks for one even when no driver shows it; the usual variable carries its address then. */
function withDeclared({ name, declared }: Draft, found: readonly Need[], { input, composed, names }: DeclaredContext): Need[] {
  const wanted = dependsOnOf(declared).filter(({ to }) => !names.has(to))
  const asked = wanted.flatMap(({ to, kind: strength, key }): Need[] => {
    const rule = kindRules.find(({ kind }) => kind === to)
    if (rule === undefined || strength === 'conflicts') return []
    const isFound = found.some((need) => need.kind === rule.kind)
    const connections = isFound ? [] : usualConnections(rule)
    const evidence = [input.declared.at(['services', name, 'depends_on', key], `${name} depends on ${to}`)]
    return [
      {
        kind: rule.kind,
        provider: providerOf(rule.kind, input, composed),
        link: { from: name, kind: strength, isDeclared: true, connections, evidence },
      },
    ]
  })
  return [...found, ...asked]
}

function providerOf(kind: BackingKind, { providers }: LinkInput, composed: readonly BackingService[]): string | undefined {
  return providers.get(kind) ?? composed.find((backing) => backing.kind === kind)?.name
}

function addedBacking(needs: readonly Need[], names: ReadonlyMap<string, string>): BackingService[] {
  const open = needs.filter(({ provider }) => provider === undefined)
  return [...new Set(open.map(({ kind }) => kind))].map((kind) => ({
    name: names.has(kind) ? `backing-${kind}` : kind,
    kind,
    evidence: open.filter((need) => need.kind === kind).flatMap(({ link }) => link.evidence),
  }))
}

interface DeclaredDependency {
  readonly to: string
  readonly kind: Dependency['kind']
  /** Its place in kyozo.yaml. */
  readonly key: string | number
}

function dependsOnOf(declared: Draft['declared']): DeclaredDependency[] {
  const wanted = declared?.depends_on ?? []
  if (Array.isArray(wanted)) return wanted.map((to, key) => ({ to, kind: 'requires', key }))
  return Object.entries(wanted).map(([to, { kind }]) => ({ to, kind, key: to }))
}

function declaredLinks(
  { name, declared }: Draft,
  { declared: file, drafts, repository }: LinkInput,
  names: ReadonlyMap<string, string>,
): Link[] {
  const canAdd = file.declaration.backing !== 'off'
  return dependsOnOf(declared).flatMap(({ to, kind, key }): Link[] => {
    const at = ['services', name, 'depends_on', key] as const
    const target = names.get(to)
    if (target !== undefined)
      return [{ from: name, to: target, kind, isDeclared: true, connections: [], evidence: [file.at(at, `${name} depends on ${to}`)] }]
    if (canAdd && kindRules.some((rule) => rule.kind === to)) return []
    // A name may still be missing only because the texts that tell of it are.
    if (repository.tree.wanted.size > 0) return []
    const known = drafts.map((draft) => draft.name).filter((other) => other !== name)
    return file.refuse(
      at,
      `services.${name}.depends_on: no service is named ${to}${known.length === 0 ? '' : `; there are ${known.join(', ')}`}`,
    )
  })
}

function composeLinks({ name, compose }: Draft, names: ReadonlyMap<string, string>): Link[] {
  return (compose?.service.dependsOn ?? []).flatMap(({ service, evidence }): Link[] => {
    const to = names.get(service)
    return to === undefined ? [] : [{ from: name, to, kind: 'requires', isDeclared: true, connections: [], evidence: [evidence] }]
  })
}

/** One link between two services: the strongest kind, every variable and all evidence. */
function mergeLinks(links: readonly Link[]): Link[] {
  const merged = new Map<string, Link>()
  for (const link of links) {
    const key = `${link.from}\n${link.to}`
    const known = merged.get(key)
    merged.set(key, known === undefined ? link : join(known, link))
  }
  return [...merged.values()].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
}

/** A declared kind stands; among inferred ones `requires` outweighs `optional`. The address of a driver outweighs a plain one. */
function join(a: Link, b: Link): Link {
  const kind = a.isDeclared ? a.kind : b.isDeclared ? b.kind : a.kind === 'requires' || b.kind === 'requires' ? 'requires' : a.kind
  const connections = [...new Map([...a.connections, ...b.connections].map((item) => [item.variable, item])).values()]
  const evidence = [...new Map([...a.evidence, ...b.evidence].map((fact) => [`${fact.path}:${fact.line}:${fact.fact}`, fact])).values()]
  return { ...a, kind, isDeclared: a.isDeclared || b.isDeclared, connections, evidence }
}
