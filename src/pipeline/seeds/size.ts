// How much goes into one database.
import { KyozoError } from '../../errors.ts'
import type { PlannedSeed } from '../../stack/seeds/plan-seeds.ts'

/** Unpacked. */
export const seedLimitBytes = 2 * 1024 * 1024 * 1024

export function tooMuch({ service, source }: PlannedSeed): KyozoError {
  return new KyozoError('seed_failed', `${service} cannot be seeded from ${source}: it holds more than ${sizeWords(seedLimitBytes)}`, {
    service,
    hint: 'seed previews with less data, such as that of one customer',
  })
}

export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  return `${size.toFixed(1)} ${unit}`
}
