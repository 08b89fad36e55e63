// Who answers to a name: services by every name that the repository gives them, backing services by the names of their files.
import { readPackageJson } from '../nodejs/package-json.ts'
import { baseName } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { BackingKind, BackingService } from '../topology.ts'
import { springName } from './configuration/spring.ts'
import { backingOfImage } from './kinds.ts'
import type { Workload } from './workloads/workload.ts'

/** A sibling or a backing service by its name in the topology, or a kind that somebody has to provide. */
export type Target =
  | { readonly name: string; readonly kind?: BackingKind }
  | {
      readonly name?: undefined
      readonly kind: BackingKind
      readonly isForDevelopers?: true
      /** Whether somebody runs it outside the repository, and its address is stated. */
      readonly isElsewhere?: true
    }

export interface Directory {
  /** Who is meant by a host name, as it is written in a file. */
  readonly find: (host: string, file?: string) => Target | undefined
  /** Services and backing services by the very names that they have in the topology and in compose files. */
  readonly names: ReadonlyMap<string, string>
  readonly draftOf: (workload: Workload) => Draft | undefined
  /** The only service that listens on a port, on a machine where all of them run. */
  readonly listening: (port: number) => string | undefined
}

export interface DirectoryInput {
  readonly drafts: readonly Draft[]
  readonly composed: readonly BackingService[]
  readonly workloads: readonly Workload[]
  readonly repository: Repository
}

export function createDirectory({ drafts, composed, workloads, repository }: DirectoryInput): Directory {
  const names = new Map<string, string>()
  for (const { name, compose } of drafts) if (compose !== undefined) names.set(compose.service.name, name)
  for (const { name, compose } of composed) for (const called of [compose?.service ?? name, name]) names.set(called, name)
  for (const { name } of drafts) names.set(name, name)
  const callable = drafts.filter(({ claim }) => claim.type !== 'compose_stack' && claim.type !== 'kubernetes')
  const aliases = aliasesOf(callable, repository)
  const strangers = new Set(workloads.flatMap(({ image, folders }) => (folders.length === 0 ? (strangerIn(image) ?? []) : [])))
  const draftOf = remembered((workload: Workload) => draftFor(workload, { callable, aliases, isAlone: strangers.size === 1 }))
  const inFiles = new Map<string, Target>()
  const anywhere = new Map<string, Target>()
  for (const workload of workloads) {
    const target = targetOf(workload, { draftOf, composed })
    if (target === undefined) continue
    for (const host of workload.hosts) {
      const name = plainHost(host)
      if (!inFiles.has(`${workload.file}\n${name}`)) inFiles.set(`${workload.file}\n${name}`, target)
      if (!anywhere.has(name)) anywhere.set(name, target)
    }
  }
  const kinds = new Map(composed.map(({ name, kind }) => [name, kind]))
  const named = (name: string | undefined): Target | undefined =>
    name === undefined ? undefined : { name, ...(kinds.has(name) ? { kind: kinds.get(name) as BackingKind } : {}) }
  const ports = Map.groupBy(callable, ({ claim, declared }) => (typeof declared?.port === 'number' ? declared.port : claim.spec.port))
  return {
    names,
    draftOf,
    listening(port) {
      const [first, second] = ports.get(port) ?? []
      return second === undefined ? first?.name : undefined
    },
    find(written, file) {
      const host = plainHost(written)
      return (
        (file === undefined ? undefined : inFiles.get(`${file}\n${host}`)) ??
        named(names.get(written) ?? names.get(host)) ??
        anywhere.get(host) ??
        named(aliases.get(plainName(host))?.name)
      )
    },
  }
}

/** `orders.shop.svc.cluster.local` is `orders`. */
function plainHost(host: string): string {
  const lower = host.slice(0, 253).toLowerCase()
  return (/^([a-z0-9_-]{1,63})(?:\.[a-z0-9-]{1,63})?\.svc(?:\.[a-z0-9.-]{1,100})?$/.exec(lower)?.[1] ?? lower).replaceAll('_', '-')
}

/** `Catalog.API`, `catalog-api` and `catalogapi` are one name to people. */
function plainName(name: string): string {
  return name
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
}

/** What else a service is called: its folder, its package, its application's name. A name of two services is nobody's. */
function aliasesOf(drafts: readonly Draft[], repository: Repository): ReadonlyMap<string, Draft> {
  const found = new Map<string, Draft | undefined>()
  const add = (name: string | undefined, draft: Draft) => {
    const plain = plainName(name ?? '')
    if (plain.length < 2) return
    found.set(plain, found.has(plain) && found.get(plain) !== draft ? undefined : draft)
  }
  for (const draft of drafts) for (const name of new Set(namesOf(draft, repository).map(plainName))) add(name, draft)
  // The last part of a long name is a name only where nobody has it as a whole.
  const endings = new Map<string, Draft | undefined>()
  for (const draft of drafts) {
    const ending = plainName(/\.([A-Za-z0-9-]{3,40})$/.exec(baseName(draft.path))?.[1] ?? '')
    if (ending !== '' && !found.has(ending)) endings.set(ending, endings.has(ending) ? undefined : draft)
  }
  return new Map([...found, ...endings].filter((entry): entry is [string, Draft] => entry[1] !== undefined))
}

function namesOf({ name, path, compose }: Draft, repository: Repository): string[] {
  const manifest = readPackageJson(path, repository)?.name?.replace(/^@[^/]{1,100}\//, '')
  const folder = path === '.' ? [] : [baseName(path)]
  return [name, ...folder, manifest, springName(path, repository), compose?.service.name].filter((one) => one !== undefined)
}

interface Matching {
  readonly callable: readonly Draft[]
  readonly aliases: ReadonlyMap<string, Draft>
  /** Whether the deployment files name one image alone that somebody publishes. */
  readonly isAlone: boolean
}

/** The folder that a workload is made from: said by its build, by the compose file's own service, by its image's name, or by its own name. */
function draftFor({ file, name, folders, image }: Workload, { callable, aliases, isAlone }: Matching): Draft | undefined {
  const declared = callable.find(({ compose }) => compose?.file === file && compose.service.name === name)
  if (declared !== undefined) return declared
  for (const folder of folders) {
    const there = callable.filter(({ path }) => path === folder)
    const [first] = there
    if (first !== undefined) return there.find((draft) => draft.name === name) ?? first
  }
  if (backingOfImage(image) !== undefined && folders.length === 0) return undefined
  const named = folders.length === 0 ? aliases.get(plainName(name)) : undefined
  return byImage(image, aliases) ?? named ?? onlyDatabase(name, callable) ?? (isAlone ? onlyOne(image, callable) : undefined)
}

/** Images that keep messages or caches: nobody calls one of them `db`. */
const notDatabases = new Set(['rabbitmq', 'kafka', 'redis', 'valkey', 'memcached', 'nats', 'activemq'])

/** Where one folder is a database, it is the one that is called so. */
function onlyDatabase(name: string, callable: readonly Draft[]): Draft | undefined {
  const databases = callable.filter(({ claim }) => claim.type === 'database' && !notDatabases.has(claim.spec.framework ?? ''))
  return databases.length === 1 && /^(?:[a-z0-9]{1,30}-)?(?:db|database|sql|mysql|postgres|mongo|mariadb)$/.test(name)
    ? databases[0]
    : undefined
}

/** `shop/examples-details-v1:1.20` is made from the folder `details`. */
function byImage(image: string | undefined, aliases: ReadonlyMap<string, Draft>): Draft | undefined {
  const [path = ''] = (image ?? '').slice(0, 300).split(/@|:(?=[^/]{0,128}$)/)
  const parts = baseName(path)
    .replace(/-v\d{1,3}$/, '')
    .split(/[-_]/)
    .slice(0, 12)
  for (let at = 0; at < parts.length; at++) {
    const found = aliases.get(plainName(parts.slice(at).join('')))
    if (found !== undefined) return found
  }
  return undefined
}

/** In a repository of one program, the only image of somebody's own is that program's. */
function onlyOne(image: string | undefined, callable: readonly Draft[]): Draft | undefined {
  return callable.length === 1 && strangerIn(image) !== undefined ? callable[0] : undefined
}

/** The name of an image that somebody publishes and that is no known database's. */
function strangerIn(image: string | undefined): string | undefined {
  const published = /^((?:ghcr\.io|quay\.io|registry\.[\w.-]{1,60}|docker\.io)?\/?[\w.-]{1,100}\/[\w./-]{1,100})(?:[:@]|$)/.exec(
    image ?? '',
  )
  return backingOfImage(image) === undefined ? published?.[1] : undefined
}

interface Resolving {
  readonly draftOf: (workload: Workload) => Draft | undefined
  readonly composed: readonly BackingService[]
}

function targetOf(workload: Workload, { draftOf, composed }: Resolving): Target | undefined {
  const backing = composed.find(({ compose }) => compose?.file === workload.file && compose.service === workload.name)
  if (backing !== undefined) return { name: backing.name, kind: backing.kind }
  const draft = draftOf(workload)
  if (draft !== undefined) return { name: draft.name }
  const kind = backingOfImage(workload.image)
  return kind === undefined ? undefined : { kind, ...(workload.isForDevelopers ? { isForDevelopers: true as const } : {}) }
}

function remembered<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>()
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key))
    return known.get(key) as V
  }
}
