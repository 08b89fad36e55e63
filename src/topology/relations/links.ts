// Who depends on whom: what is declared, what a compose file says, what addresses name, and what drivers need.
import type { StatedAddress } from '../claim.ts'
import { compare } from '../claim.ts'
import { backingOfImage, type ComposeFacts } from '../compose-file.ts'
import type { DeclarationFile } from '../declaration/declaration.ts'
import { printable } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { BackingKind, BackingService, Connection, Dependency, Evidence } from '../topology.ts'
import { findNeeds, type NeedInput } from './backing.ts'

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
  const needs = input.drafts.flatMap((draft) => needsOf(draft, input, composed))
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
    provider: input.providers.get(kind) ?? composed.find((backing) => backing.kind === kind)?.name,
    link: { from: draft.name, kind: strength, isDeclared: false, connections, evidence },
  }))
}

function addedBacking(needs: readonly Need[], names: ReadonlyMap<string, string>): BackingService[] {
  const open = needs.filter(({ provider }) => provider === undefined)
  return [...new Set(open.map(({ kind }) => kind))].map((kind) => ({
    name: names.has(kind) ? `backing-${kind}` : kind,
    kind,
    evidence: open.filter((need) => need.kind === kind).flatMap(({ link }) => link.evidence),
  }))
}

function declaredLinks({ name, declared }: Draft, { declared: file, drafts }: LinkInput, names: ReadonlyMap<string, string>): Link[] {
  const wanted = declared?.depends_on
  const entries = Array.isArray(wanted)
    ? wanted.map((to, index) => ({ to, kind: 'requires' as const, key: index }))
    : Object.entries(wanted ?? {}).map(([to, { kind }]) => ({ to, kind, key: to }))
  return entries.flatMap(({ to, kind, key }): Link[] => {
    const at = ['services', name, 'depends_on', key] as const
    const isBacking = ['postgres', 'redis', 'mysql', 'mongodb', 'rabbitmq'].includes(to)
    if (!names.has(to) && !isBacking) {
      const known = drafts.map((draft) => draft.name).filter((other) => other !== name)
      return file.refuse(
        at,
        `services.${name}.depends_on: no service is named ${to}${known.length === 0 ? '' : `; there are ${known.join(', ')}`}`,
      )
    }
    return [
      { from: name, to: names.get(to) ?? to, kind, isDeclared: true, connections: [], evidence: [file.at(at, `${name} depends on ${to}`)] },
    ]
  })
}

function composeLinks({ name, compose }: Draft, names: ReadonlyMap<string, string>): Link[] {
  return (compose?.service.dependsOn ?? []).flatMap(({ service, evidence }): Link[] => {
    const to = names.get(service)
    return to === undefined ? [] : [{ from: name, to, kind: 'requires', isDeclared: true, connections: [], evidence: [evidence] }]
  })
}

function composeAddresses({ compose }: Draft): StatedAddress[] {
  return (compose?.service.environment ?? []).map(({ name, value, evidence }) => ({
    variable: name,
    value,
    evidence,
    from: 'compose' as const,
  }))
}

/** Variables whose address only comes back: nobody has to be there first. */
const answeringVariables = /(?:CORS|ORIGINS?|ALLOWED|CALLBACK|REDIRECT|PUBLIC|FRONTEND|WEBHOOK|BASE_DOMAIN|SELF)/

function addressLinks(draft: Draft, names: ReadonlyMap<string, string>): Link[] {
  const declared = Object.entries(draft.declared?.env ?? {}).flatMap(([variable, value]): StatedAddress[] =>
    typeof value === 'string'
      ? [{ variable, value, from: 'declaration', evidence: { path: 'kyozo.yaml', fact: `${variable} of ${draft.name}` } }]
      : [],
  )
  const addresses = [...declared, ...composeAddresses(draft), ...draft.claim.addresses]
  return addresses.flatMap((address): Link[] => {
    const target = targetOf(address, names)
    if (target === undefined || target.to === draft.name) return []
    const isAnswer = address.variable !== undefined && answeringVariables.test(address.variable)
    const kind = isAnswer || target.isGuess || address.from === 'source' ? 'optional' : 'requires'
    const connections = address.variable === undefined ? [] : [{ variable: address.variable, template: target.template }]
    return [
      {
        from: draft.name,
        to: target.to,
        kind,
        isDeclared: false,
        connections,
        evidence: [{ ...address.evidence, fact: `${address.evidence.fact} names ${target.to}` }],
      },
    ]
  })
}

interface Target {
  readonly to: string
  readonly template: string
  /** Whether only the variable's name says so. */
  readonly isGuess: boolean
}

/** `http://api:3000/v1` names api; so does API_URL when its value is a developer's localhost or nothing. */
function targetOf({ variable = '', value }: StatedAddress, names: ReadonlyMap<string, string>): Target | undefined {
  const url = /^([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^@/\s]{0,200}@)?([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(\/[^\s]{0,200})?$/.exec(value)
  const byHost = url === null ? undefined : names.get(url[2] ?? '')
  if (url !== null && byHost !== undefined) return { to: byHost, template: `${url[1]}://{host}:{port}${url[4] ?? ''}`, isGuess: false }
  const pair = /^([a-z0-9][a-z0-9-]{0,62}):(\d{1,5})$/.exec(value)
  const byPair = pair === null ? undefined : names.get(pair[1] ?? '')
  if (byPair !== undefined) return { to: byPair, template: '{host}:{port}', isGuess: false }
  if (/HOST(?:NAME)?$/.test(variable) && names.has(value)) return { to: names.get(value) as string, template: '{host}', isGuess: false }
  const [, stem, ending = ''] = /^([A-Z0-9_]{1,40}?)(?:_SERVICE)?_(URL|HOST|ADDR|BASE_URL|ENDPOINT)$/.exec(variable) ?? []
  const byName = stem === undefined ? undefined : names.get(stem.toLowerCase().replaceAll('_', '-'))
  const isLocal = value === '' || /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1)(?::\d{1,5})?(?:\/.{0,200})?$/.test(value)
  if (byName === undefined || !isLocal) return undefined
  return {
    to: byName,
    template: ending === 'HOST' ? '{host}' : ending === 'ADDR' ? '{host}:{port}' : 'http://{host}:{port}',
    isGuess: true,
  }
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
