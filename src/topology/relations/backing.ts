// Which databases and brokers a service evidently needs, and how their addresses reach it.
import type { NamedDependency, StatedAddress } from '../claim.ts'
import type { BackingKind, Connection, Evidence, ServiceType } from '../topology.ts'
import { choiceOf, isOneOfMany, isOnRequest, sqlKinds, variablesOfFiles } from './choice.ts'
import { connectionsOf, type WrittenAddress, writtenConnections } from './connections.ts'
import { kindsOf, needsImport } from './drivers.ts'
import { type KindRule, kindRules, kindsNamedBy } from './kinds.ts'
import { upperCase } from './variable-names.ts'

export interface BackingNeed {
  readonly kind: BackingKind
  /** `requires` when a driver meets a sign of its use, or a configuration says so; a driver or an address alone is `optional`. */
  readonly strength: 'requires' | 'optional'
  /** Whether only a variable's name speaks for it, so that nobody should be started for it. */
  readonly isOnlyNamed: boolean
  readonly connections: readonly Connection[]
  readonly evidence: readonly Evidence[]
}

/** A configuration file that chooses its database: nothing is left to guess. */
export interface Configured {
  /** Undefined where only the driver beside it says which database the address is of. */
  readonly kind?: BackingKind
  /** Where the address is read from, when the file says so. */
  readonly connections: readonly Connection[]
  /** The variable with the whole address, whose form follows from the kind. */
  readonly address?: WrittenAddress
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
  /** Whether its configuration keeps the data in a file. Default is false. */
  readonly keepsOwn?: boolean
}

export function findNeeds(input: NeedInput): BackingNeed[] {
  const { configured = [] } = input
  const packages = [...input.dependencies, ...input.imports]
  const listed = firstByKind(packages, input.type)
  const imports = firstByKind(input.imports, input.type)
  const withDrivers = kindRules.map((rule) => ({ rule, driver: listed.get(rule.kind) }))
  const driven = new Set([
    ...withDrivers.filter(({ driver }) => driver !== undefined).map(({ rule }) => rule.kind),
    ...configured.flatMap(({ kind }) => kind ?? []),
  ])
  // What a whole module lists is no choice of one of its programs.
  const [own, kinds] = needsImport(input.type) ? [input.imports, imports] : [packages, listed]
  const choice = choiceOf([...kinds.keys()], own, input.addresses)
  const sql = [...listed.keys()].filter((kind) => sqlKinds.has(kind))
  const files = variablesOfFiles(input.addresses)
  const keepsOwn = input.keepsOwn === true || files.size > 0
  const usesJdbc = input.type === 'java' && !packages.some(({ name }) => otherDrivers.test(name))
  const readings = input.addresses
    .slice(0, addressesLimit)
    .filter(({ variable = '' }) => !files.has(variable))
    .map(readAddress)
  return withDrivers.flatMap(({ rule, driver }): BackingNeed[] => {
    const chosen = configured.filter(({ kind }) => kind === rule.kind || (kind === undefined && sql.length === 1 && sql[0] === rule.kind))
    const stated = addressesOf(rule, readings, driven)
    const imported = imports.get(rule.kind)
    const isShown = chosen.length > 0 || isNeeded({ driver, imported, stated }, input.type)
    const isNamedOnly = !isShown && driver === undefined && isNamed(rule, stated, input.framework)
    if (!isShown && !isNamedOnly) return []
    const isChosen = chosen.length > 0 || stated.length > 0
    const isOnlyNamed = isNamedOnly || (chosen.length === 0 && isOnRequest(choice, { kind: rule.kind, isChosen, keepsOwn }))
    const isUsed = chosen.length > 0 || (driver !== undefined && (imported !== undefined || stated.length > 0))
    const mayDoWithout = isOnlyNamed || (!isChosen && isOneOfMany(choice, { kind: rule.kind, imported }))
    const facts = [...chosen.map(({ evidence }) => evidence), driver, imported, ...stated.slice(0, 3).map(({ evidence }) => evidence)]
    const written = chosen.flatMap((one) => writtenConnections(one, rule, input))
    return [
      {
        kind: rule.kind,
        strength: isUsed && !mayDoWithout ? 'requires' : 'optional',
        isOnlyNamed,
        connections: written.length > 0 ? unique(written) : connectionsOf(rule, stated, { ...input, usesJdbc }),
        evidence: uniqueEvidence(facts.filter((fact) => fact !== undefined)),
      },
    ]
  })
}

/** Drivers of the JVM with addresses of their own kind. */
const otherDrivers = /r2dbc|vertx-(?:pg|mysql|sql)-client|reactive-(?:pg|mysql)-client|jasync|skunk|quill-async|(?:postgresql|mysql)-async/

/** Frameworks whose skeleton comes with an example file that names every product, used or not. */
const namingAll: ReadonlySet<string> = new Set(['laravel', 'lumen'])

function isNamed({ plain }: KindRule, stated: readonly StatedAddress[], framework = ''): boolean {
  if (plain === undefined || namingAll.has(framework)) return false
  return stated.some(({ variable = '' }) => plain.test(upperCase(variable)))
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

/** The first package of each kind. */
function firstByKind(packages: readonly NamedDependency[], type: ServiceType): ReadonlyMap<BackingKind, Evidence> {
  const found = new Map<BackingKind, Evidence>()
  for (const { name, evidence } of packages) for (const kind of kindsOf(type, name)) if (!found.has(kind)) found.set(kind, evidence)
  return found
}

/** Addresses of one service that are looked at. */
const addressesLimit = 400

interface ReadAddress {
  readonly address: StatedAddress
  readonly scheme: string | undefined
  /** The kinds that the variable's name may mean. */
  readonly named: readonly BackingKind[]
}

function readAddress(address: StatedAddress): ReadAddress {
  const scheme = schemeOf(address.value)
  const name = address.variable === undefined || scheme !== undefined ? undefined : upperCase(address.variable)
  return { address, scheme, named: address.handedTo?.kinds ?? (name === undefined ? [] : kindsNamedBy(name)) }
}

/** What says nothing but a database belongs to another one, where a variable of the kind's own name stands beside it. */
function addressesOf(rule: KindRule, readings: readonly ReadAddress[], driven: ReadonlySet<BackingKind>): StatedAddress[] {
  const own = readings.filter((reading) => isAddressOf(rule, reading, driven))
  const isPlain = ({ address }: ReadAddress) => rule.plain?.test(upperCase(address.variable ?? '')) === true
  const isTaken = !sqlKinds.has(rule.kind) && own.some(isPlain)
  const isAnybodys = ({ address, scheme }: ReadAddress) =>
    scheme === undefined && /^(?:[A-Z0-9]{1,30}_)?(?:DATABASE|DB)_/.test(upperCase(address.variable ?? ''))
  return own.filter((reading) => !isTaken || !isAnybodys(reading)).map(({ address }) => address)
}

/** A variable's name says a kind, unless its value's scheme says another or another kind's driver is the only one there. */
function isAddressOf({ kind, schemes: own }: KindRule, { scheme, named }: ReadAddress, driven: ReadonlySet<BackingKind>): boolean {
  if (scheme !== undefined) return own.includes(scheme)
  if (!named.includes(kind)) return false
  const rivals = named.filter((rival) => driven.has(rival))
  return driven.has(kind) ? rivals[0] === kind || rivals.length === 1 : rivals.length === 0
}

const schemes = new Set(kindRules.flatMap((rule) => rule.schemes))

/** The scheme of an address of a known kind: `postgresql+asyncpg://` and `jdbc:postgresql://` are PostgreSQL's. */
export function schemeOf(value: string): string | undefined {
  const written = /^(?:jdbc:|r2dbc:(?:pool:)?)?([a-z][a-z0-9+.-]{1,40}):(?:\/\/|@|thin:)/.exec(value)?.[1]
  const scheme = written === undefined || schemes.has(written) ? written : written.split('+')[0]
  return scheme !== undefined && schemes.has(scheme) ? scheme : undefined
}

function unique(connections: readonly Connection[]): Connection[] {
  return [...new Map(connections.map((connection) => [connection.variable, connection])).values()]
}

function uniqueEvidence(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((fact) => [`${fact.path}:${fact.line}:${fact.fact}`, fact])).values()]
}
