// Which databases and brokers a service evidently needs, and how their addresses reach it.
import type { NamedDependency, StatedAddress } from '../claim.ts'
import type { BackingKind, Connection, Evidence, ServiceType } from '../topology.ts'
import { connectionsOf } from './connections.ts'
import { isDriver, needsImport } from './drivers.ts'
import { type KindRule, kindRules } from './kinds.ts'

export interface BackingNeed {
  readonly kind: BackingKind
  /** `requires` when a driver meets a sign of its use, or a configuration says so; a driver or an address alone is `optional`. */
  readonly strength: 'requires' | 'optional'
  readonly connections: readonly Connection[]
  readonly evidence: readonly Evidence[]
}

/** A configuration file that chooses its database: nothing is left to guess. */
export interface Configured {
  readonly kind: BackingKind
  /** Where the address is read from, when the file says so. */
  readonly connections: readonly Connection[]
  readonly evidence: Evidence
}

export interface NeedInput {
  readonly type: ServiceType
  readonly framework?: string | undefined
  /** What its manifest and the manifests of the shared code it uses name. */
  readonly dependencies: readonly NamedDependency[]
  readonly imports: readonly NamedDependency[]
  readonly addresses: readonly StatedAddress[]
  readonly configured?: readonly Configured[]
}

export function findNeeds(input: NeedInput): BackingNeed[] {
  const { configured = [] } = input
  const withDrivers = kindRules.map((rule) => ({ rule, driver: findDriver(rule.kind, input) }))
  const driven = new Set([
    ...withDrivers.filter(({ driver }) => driver !== undefined).map(({ rule }) => rule.kind),
    ...configured.map(({ kind }) => kind),
  ])
  return withDrivers.flatMap(({ rule, driver }): BackingNeed[] => {
    const chosen = configured.filter(({ kind }) => kind === rule.kind)
    const stated = input.addresses.filter((address) => isAddressOf(rule, address, driven))
    const imported = driver === undefined ? undefined : findImport(rule.kind, input)
    if (chosen.length === 0 && !isNeeded({ driver, imported, stated }, input.type)) return []
    const isUsed = chosen.length > 0 || (driver !== undefined && (imported !== undefined || stated.length > 0))
    const facts = [...chosen.map(({ evidence }) => evidence), driver, imported, ...stated.slice(0, 3).map(({ evidence }) => evidence)]
    const written = chosen.flatMap(({ connections }) => connections)
    return [
      {
        kind: rule.kind,
        strength: isUsed ? 'requires' : 'optional',
        connections: written.length > 0 ? written : connectionsOf(rule, stated, input),
        evidence: uniqueEvidence(facts.filter((fact) => fact !== undefined)),
      },
    ]
  })
}

interface Signs {
  readonly driver: Evidence | undefined
  readonly imported: Evidence | undefined
  readonly stated: readonly StatedAddress[]
}

function isNeeded({ driver, imported, stated }: Signs, type: ServiceType): boolean {
  if (driver === undefined) return stated.some((address) => schemeOf(address.value) !== undefined)
  // Go lists the drivers of a whole module: a program needs one only when it imports it.
  return !needsImport(type) || imported !== undefined || stated.length > 0
}

function findDriver(kind: BackingKind, { type, dependencies, imports }: NeedInput): Evidence | undefined {
  return [...dependencies, ...imports].find(({ name }) => isDriver(kind, type, name))?.evidence
}

function findImport(kind: BackingKind, { type, imports }: NeedInput): Evidence | undefined {
  return imports.find(({ name }) => isDriver(kind, type, name))?.evidence
}

/** A variable's name says a kind, unless its value's scheme says another or another kind's driver is the only one there. */
function isAddressOf(rule: KindRule, { variable, value }: StatedAddress, driven: ReadonlySet<BackingKind>): boolean {
  const scheme = schemeOf(value)
  if (scheme !== undefined) return rule.schemes.includes(scheme)
  const name = variable === undefined ? undefined : upperCase(variable)
  if (name === undefined || !(rule.urls.test(name) || rule.parts.test(name))) return false
  const rivals = kindRules.filter(({ kind, urls, parts }) => driven.has(kind) && (urls.test(name) || parts.test(name)))
  return driven.has(rule.kind) ? rivals[0]?.kind === rule.kind || rivals.length === 1 : rivals.length === 0
}

/** `spring.data.mongodb.host` and `Redis__Host` read as the variables that they can be set by. */
export function upperCase(name: string): string {
  return /^[A-Z0-9_]{0,100}$/.test(name)
    ? name
    : name
        .slice(0, 100)
        .replace(/[^A-Za-z0-9]+/g, '_')
        .toUpperCase()
}

const schemes = new Set(kindRules.flatMap((rule) => rule.schemes))

/** The scheme of an address of a known kind: `postgresql+asyncpg://` and `jdbc:postgresql://` are PostgreSQL's. */
export function schemeOf(value: string): string | undefined {
  const written = /^(?:jdbc:|r2dbc:(?:pool:)?)?([a-z][a-z0-9+.-]{1,40}):(?:\/\/|@|thin:)/.exec(value)?.[1]
  const scheme = written === undefined || schemes.has(written) ? written : written.split('+')[0]
  return scheme !== undefined && schemes.has(scheme) ? scheme : undefined
}

function uniqueEvidence(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((fact) => [`${fact.path}:${fact.line}:${fact.fact}`, fact])).values()]
}
