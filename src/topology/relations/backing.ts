// Which databases and brokers a service evidently needs, and how their addresses reach it.
import type { NamedDependency, StatedAddress } from '../claim.ts'
import type { BackingKind, Connection, Evidence, ServiceType } from '../topology.ts'
import { type AddressRule, addressRules, drivers, partTemplates } from './drivers.ts'

export interface BackingNeed {
  readonly kind: BackingKind
  /** `requires` when a driver meets a sign of its use; either alone is `optional`. */
  readonly strength: 'requires' | 'optional'
  readonly connections: readonly Connection[]
  readonly evidence: readonly Evidence[]
}

export interface NeedInput {
  readonly type: ServiceType
  /** What its manifest and the manifests of the shared code it uses name. */
  readonly dependencies: readonly NamedDependency[]
  readonly imports: readonly NamedDependency[]
  readonly addresses: readonly StatedAddress[]
}

export function findNeeds(input: NeedInput): BackingNeed[] {
  const withDrivers = addressRules.map((rule) => ({ rule, driver: findDriver(rule.kind, input) }))
  const driven = new Set(withDrivers.filter(({ driver }) => driver !== undefined).map(({ rule }) => rule.kind))
  return withDrivers.flatMap(({ rule, driver }): BackingNeed[] => {
    const stated = input.addresses.filter((address) => isAddressOf(rule, address, driven))
    const imported = driver === undefined ? undefined : findImport(rule.kind, input)
    if (driver === undefined && !stated.some((address) => schemeOf(address.value) !== undefined)) return []
    // Go lists the drivers of a whole module: a program needs one only when it imports it.
    if (input.type === 'golang' && imported === undefined && stated.length === 0) return []
    const isUsed = driver !== undefined && (imported !== undefined || stated.length > 0)
    const evidence = [driver, imported, ...stated.slice(0, 3).map((address) => address.evidence)].filter((fact) => fact !== undefined)
    return [
      {
        kind: rule.kind,
        strength: isUsed ? 'requires' : 'optional',
        connections: connectionsOf(rule, stated, input.type),
        evidence: uniqueEvidence(evidence),
      },
    ]
  })
}

function findDriver(kind: BackingKind, { type, dependencies, imports }: NeedInput): Evidence | undefined {
  return [...dependencies, ...(dependencies.length === 0 ? imports : [])].find(({ name }) => isDriver(kind, type, name))?.evidence
}

function findImport(kind: BackingKind, { type, imports }: NeedInput): Evidence | undefined {
  return imports.find(({ name }) => isDriver(kind, type, name))?.evidence
}

function isDriver(kind: BackingKind, type: ServiceType, name: string): boolean {
  return drivers.some((driver) => {
    if (driver.kind !== kind || driver.language !== type) return false
    const normal = type === 'python' ? name.toLowerCase().replaceAll('_', '-') : name
    return driver.packages.some((item) => normal === item || (type === 'golang' && normal.startsWith(`${item}/`)))
  })
}

/** A variable's name says a kind, unless its value's scheme says another or another kind's driver is the only one there. */
function isAddressOf(rule: AddressRule, { variable, value }: StatedAddress, driven: ReadonlySet<BackingKind>): boolean {
  const scheme = schemeOf(value)
  if (scheme !== undefined) return rule.schemes.includes(scheme.split('+')[0] ?? '')
  if (variable === undefined) return false
  if (!rule.urls.test(variable) && !rule.parts.test(variable)) return false
  const rivals = addressRules.filter(({ kind, urls, parts }) => driven.has(kind) && (urls.test(variable) || parts.test(variable)))
  return driven.has(rule.kind) ? rivals[0]?.kind === rule.kind || rivals.length === 1 : rivals.length === 0
}

function schemeOf(value: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]{1,40}):\/\//.exec(value)?.[1]
  return scheme !== undefined && addressRules.some(({ schemes }) => schemes.includes(scheme.split('+')[0] ?? '')) ? scheme : undefined
}

function connectionsOf(rule: AddressRule, stated: readonly StatedAddress[], type: ServiceType): Connection[] {
  const named = stated.flatMap(({ variable, value }) => (variable === undefined ? [] : [{ variable, value }]))
  const whole = named.filter(({ variable, value }) => rule.urls.test(variable) || schemeOf(value) !== undefined)
  const values = new Map<string, string>()
  for (const { variable, value } of whole) values.set(variable, values.get(variable) || value)
  if (values.size > 0) return [...values].map(([variable, value]) => ({ variable, template: templateOf(rule, value, type) }))
  const parts = named.flatMap(({ variable }) => {
    const template = partTemplates[rule.parts.exec(variable)?.groups?.part ?? '']
    return template === undefined ? [] : [{ variable, template }]
  })
  const unique = [...new Map(parts.map((part) => [part.variable, part])).values()]
  const hostFirst = unique.sort((a, b) => Number(b.template.startsWith('{host}')) - Number(a.template.startsWith('{host}')))
  return hostFirst.length > 0 ? hostFirst : [{ variable: rule.usual, template: templateOf(rule, '', type) }]
}

/** The variable that carries such an address when nothing in the repository names one. */
export function usualConnections(rule: AddressRule): Connection[] {
  return [{ variable: rule.usual, template: templateOf(rule, '', 'nodejs') }]
}

/** The scheme that the repository writes, since SQLAlchemy chooses its driver by it; a Redis database number is kept. */
function templateOf(rule: AddressRule, value: string, type: ServiceType): string {
  const usual = rule.kind === 'postgres' && type === 'python' ? 'postgresql' : (rule.schemes[0] ?? rule.kind)
  const scheme = schemeOf(value)?.replace(/^(?:rediss|amqps)$/, (secure) => secure.slice(0, -1)) ?? usual
  const database = rule.kind === 'redis' ? (/^[^?#]{1,300}:\d{1,5}(\/\d{1,2})$/.exec(value)?.[1] ?? '') : ''
  return `${scheme}${rule.template}${database}`
}

function uniqueEvidence(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((fact) => [`${fact.path}:${fact.line}:${fact.fact}`, fact])).values()]
}
