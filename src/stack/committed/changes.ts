// What a change of the file is about, in a line for each service: for commit messages and pull requests.
import type { LocatedMap } from '../../topology/compose/located.ts'
import { printable } from '../../topology/paths.ts'
import { isSame, readValues } from './values.ts'

/** `api: deploy, environment`, `cache: new`, `worker: gone`; what stands beside the services by its own name. Null is no file. */
export function sayChanges(from: string | null, to: string): readonly string[] {
  const [before, after] = [from === null ? undefined : readValues(from), readValues(to)]
  const [old, young] = [entriesOf(before, 'services'), entriesOf(after, 'services')]
  const services = namesOf(old, young).flatMap((name) => {
    const [was, is] = [old.get(name), young.get(name)]
    if (isSame(was, is)) return []
    if (was === undefined) return [`${printable(name)}: new`]
    if (is === undefined) return [`${printable(name)}: gone`]
    const keys = was.kind === 'map' && is.kind === 'map' ? changedKeys(was.entries, is.entries) : []
    return [`${printable(name)}: ${keys.map(printable).join(', ')}`]
  })
  const others = changedKeys(before?.entries ?? new Map(), after.entries).filter((key) => key !== 'services')
  return [...services, ...others.map(printable)]
}

type Entries = LocatedMap['entries']

function entriesOf(file: LocatedMap | undefined, key: string): Entries {
  const held = file?.entries.get(key)
  return held?.kind === 'map' ? held.entries : new Map()
}

function namesOf(one: Entries, other: Entries): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].sort()
}

function changedKeys(was: Entries, is: Entries): readonly string[] {
  return namesOf(was, is).filter((key) => !isSame(was.get(key), is.get(key)))
}
