// Nested configuration as a list of keys with their values, such as `spring.datasource.url`.
import { isData } from '../../reading/data.ts'

export interface Setting {
  readonly key: string
  readonly value: string
}

/** Settings taken from one document. */
const settingsLimit = 500

export function flatten(data: unknown, separator: string): Setting[] {
  const settings: Setting[] = []
  const visit = (value: unknown, key: string, depth: number): void => {
    if (settings.length >= settingsLimit || depth > 12) return
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, `${key}${separator}${index}`, depth + 1)
    else if (isData(value))
      for (const [name, item] of Object.entries(value)) visit(item, key === '' ? name : `${key}${separator}${name}`, depth + 1)
    else if (typeof value === 'string' || typeof value === 'number') settings.push({ key, value: String(value).slice(0, 1_000) })
  }
  visit(data, '', 0)
  return settings
}
