// Whether two answers say the same. Only plain data is compared; whatever else an answer holds counts as another one.

/** Deeper than any answer: beyond it two answers count as different, which costs time and never correctness. */
const depthLimit = 40

export function isSame(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > depthLimit) return false
  const kind: unknown = Object.getPrototypeOf(a)
  if (kind !== Object.getPrototypeOf(b)) return false
  const isSameItem = (one: unknown, other: unknown) => isSame(one, other, depth + 1)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => isSameItem(item, b[index]))
  if (a instanceof Map && b instanceof Map) return isSameList([...a], [...b], isSameItem)
  if (a instanceof Set && b instanceof Set) return isSameList([...a], [...b], isSameItem)
  if (kind !== Object.prototype && kind !== null) return false
  // The order of keys and items is a part of the answer: whoever lists them shows it.
  return isSameList(Object.entries(a), Object.entries(b), isSameItem)
}

function isSameList(a: readonly unknown[], b: readonly unknown[], isSameItem: (one: unknown, other: unknown) => boolean): boolean {
  return a.length === b.length && a.every((item, index) => isSameItem(item, b[index]))
}
