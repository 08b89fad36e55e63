// Names of services. The rule, in this order:
//   1. kyozo.yaml's key, and the name in a user's compose file, are taken as they are;
//   2. else the folder's own name as a DNS label, or the parent's where the folder is only called `src` or the like; the root takes the caller's name for the repository, else its manifest's, else `app`;
//   3. services that would share a name take their parent folders in front, as many as it needs: `legacy/api` → `legacy-api`;
//   4. what is still the same gets a number in the order of the paths. A compose stack gives way to a service: `shop-stack`.

import { compare } from './claim.ts'
import { baseName, parentOf } from './paths.ts'

export interface Nameable {
  readonly path: string
  /** A name that somebody chose. */
  readonly chosen: string | undefined
  /** Whether kyozo.yaml chose it. */
  readonly isReserved: boolean
  /** For the root: a name from its manifest. */
  readonly rootName: string | undefined
  readonly isStack: boolean
}

/** Names for all; `reserved` ones go only to services that chose them. */
export function nameServices<T extends Nameable>(services: readonly T[], reserved: ReadonlySet<string> = new Set()): Map<T, string> {
  const names = new Map<T, string>()
  const given = new Set<string>()
  const taken = new Set<string>(reserved)
  const give = (service: T, wanted: string) => {
    const isChosen = service.isReserved && !given.has(wanted)
    const name = isChosen ? wanted : freeName(wanted, taken)
    given.add(name)
    taken.add(name)
    names.set(service, name)
  }
  const byPath = [...services].sort((a, b) => compare(a.path, b.path) || compare(a.chosen ?? '', b.chosen ?? ''))
  for (const service of byPath) if (service.chosen !== undefined) give(service, toLabel(service.chosen))
  const rest = byPath.filter((service) => service.chosen === undefined).sort((a, b) => Number(a.isStack) - Number(b.isStack))
  const counts = new Map<string, number>()
  for (const service of rest) if (!service.isStack) counts.set(plainName(service), (counts.get(plainName(service)) ?? 0) + 1)
  for (const service of rest) {
    const plain = plainName(service)
    const isShared = (counts.get(plain) ?? 0) > 1 || taken.has(plain)
    if (service.isStack) give(service, taken.has(plain) ? `${plain}-stack` : plain)
    else give(service, isShared ? longerName(service, rest, taken) : plain)
  }
  return names
}

/** Names that say nothing about what is inside. */
const emptyNames = new Set(['src', 'source', 'docker', 'build', 'deploy', 'code'])

function plainName({ path, rootName }: Nameable): string {
  if (path === '.') return toLabel(rootName ?? 'app')
  const parent = parentOf(path)
  return toLabel(baseName(emptyNames.has(baseName(path)) && parent !== '.' ? parent : path))
}

/** The name with as many parent folders as make it unlike every other service's. */
function longerName(service: Nameable, others: readonly Nameable[], taken: ReadonlySet<string>): string {
  let name = plainName(service)
  for (let folder = parentOf(service.path), depth = 2; folder !== '.'; folder = parentOf(folder), depth++) {
    name = toLabel(`${baseName(folder)}-${name}`)
    const isAlone = others.filter((other) => toLabel(other.path.split('/').slice(-depth).join('-')) === name).length <= 1
    if (isAlone && !taken.has(name)) return name
  }
  return name
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) {
    const name = `${wanted.slice(0, 63 - String(number).length - 1)}-${number}`
    if (!taken.has(name)) return name
  }
}

/** Any text as a DNS label: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`. A package's scope is left out. */
export function toLabel(text: string): string {
  const words = text
    .replace(/^@[^/]{1,200}\//, '')
    .normalize('NFKD')
    .toLowerCase()
  const label = words
    .replace(/[^a-z0-9]{1,1000}/g, '-')
    .replace(/^-{1,1000}/, '')
    .slice(0, 63)
    .replace(/-{1,63}$/, '')
  return label === '' ? 'service' : label
}
