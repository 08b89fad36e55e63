// Parsed data of unknown shape, looked at without trusting it.

export type Data = Readonly<Record<string, unknown>>

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own property; a key such as `__proto__` or `constructor` never reaches a prototype. */
export function field(data: unknown, key: string): unknown {
  return isData(data) && Object.hasOwn(data, key) ? data[key] : undefined
}

export function dataAt(data: unknown, ...keys: readonly string[]): Data {
  let value = data
  for (const key of keys) value = field(value, key)
  return isData(value) ? value : {}
}

export function stringAt(data: unknown, ...keys: readonly string[]): string | undefined {
  let value = data
  for (const key of keys) value = field(value, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** A port that a container may listen on, or undefined. */
export function asPort(value: unknown): number | undefined {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined
}

/** The object without its undefined properties, so that an absent fact is an absent key. */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
