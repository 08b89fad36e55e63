// Kubernetes quantities, in which a topology speaks, as Compose writes them.
import { KyozoError } from '../errors.ts'

const unitBytes: Readonly<Record<string, number>> = {
  '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3,
} // biome-ignore format: a table

/** `512Mi` as Compose's `512m`. Throws `declaration_invalid` for what is not a quantity of memory. */
export function composeMemory(quantity: string): string {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity) ?? []
  const factor = unitBytes[unit]
  if (amount === undefined || factor === undefined)
    throw new KyozoError('declaration_invalid', `"${quantity}" is not an amount of memory`, { hint: 'write it like 512Mi or 1Gi' })
  const bytes = Math.round(Number(amount) * factor)
  if (bytes % 1024 ** 3 === 0) return `${bytes / 1024 ** 3}g`
  if (bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2}m`
  return `${bytes}b`
}

/** Compose's `512m` as `512Mi`, in which a topology speaks; what is no such amount stays as it is. */
export function kubernetesMemory(amount: string): string {
  const [, number = '', unit = ''] = /^(\d+)([bkmg]?)$/.exec(amount) ?? []
  return number === '' ? amount : `${number}${kubernetesUnits[unit] ?? ''}`
}

const kubernetesUnits: Readonly<Record<string, string>> = { k: 'Ki', m: 'Mi', g: 'Gi' }

/** Cores, or thousandths of one (`500m`), as Compose's number of cores. Throws `declaration_invalid` for what is neither. */
export function composeCpus(quantity: string): string {
  const [, amount, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity) ?? []
  if (amount === undefined)
    throw new KyozoError('declaration_invalid', `"${quantity}" is not a number of CPU cores`, { hint: 'write it like 0.5 or 500m' })
  return String(milli === 'm' ? Number(amount) / 1000 : Number(amount))
}
