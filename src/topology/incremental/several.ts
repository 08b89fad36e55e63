// None, one or more: of a million nodes nearly every one has one of what it holds, and a set for it would be most of the memory.
export type Several<T extends object> = undefined | T | Set<T>

export function each<T extends object>(several: Several<T>): Iterable<T> {
  return several === undefined ? [] : several instanceof Set ? several : [several]
}

export function withOne<T extends object>(several: Several<T>, one: T): Several<T> {
  if (several === undefined || several === one) return one
  return several instanceof Set ? several.add(one) : new Set([several, one])
}

export function withoutOne<T extends object>(several: Several<T>, one: T): Several<T> {
  if (several === one) return undefined
  if (!(several instanceof Set)) return several
  several.delete(one)
  return several.size === 0 ? undefined : several
}
