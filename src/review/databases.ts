// Which database reads what which one wrote. Its data folder belongs to one series of versions: a newer one may refuse it, and an older one always may.
import type { StackService } from '../stack/stack.ts'
import { databaseOfImage } from '../topology/database/images.ts'
import { readDockerfile } from '../topology/reading/dockerfile.ts'
import { imageName } from '../topology/reading/dockerfile-images.ts'

export interface Database {
  readonly kind: string
  /** The image that it runs, or that it is built on. */
  readonly image: string
  /** Undefined where its tag does not say. */
  readonly version: readonly [major: number, minor: number | undefined] | undefined
}

/** What a service runs, where that keeps data in a form of its own. */
export function databaseOf({ image, build }: Pick<StackService, 'image' | 'build'>): Database | undefined {
  const base = build === undefined ? image : readDockerfile('Dockerfile', build.dockerfile, build.target).image
  const found = databaseOfImage(base)
  if (base === undefined || found === undefined) return undefined
  return { kind: found.kind, image: base, version: versionOf(base, found.kind) }
}

/** Images of extensions count versions of their own, and say in another place which PostgreSQL they hold. */
const extensions = new Set(['timescaledb', 'timescaledb-ha', 'pgvector', 'supabase-postgres'])

function versionOf(image: string, kind: string): Database['version'] {
  const tag = /:([^:/@]{1,128})(?:@|$)/.exec(image)?.[1] ?? ''
  const [, ofPostgres] = /(?:^|-)pg(\d{1,3})(?:\D|$)/.exec(tag) ?? []
  if (kind === 'postgres' && ofPostgres !== undefined) return [Number(ofPostgres), undefined]
  if (extensions.has(imageName(image))) return undefined
  const [, major, minor] = /^v?(\d{1,4})(?:\.(\d{1,4}))?(?:\D|$)/.exec(tag) ?? []
  return major === undefined ? undefined : [Number(major), minor === undefined ? undefined : Number(minor)]
}

interface Kept {
  /** What a newer series does with what an older one wrote. */
  readonly older: 'reads' | 'may refuse' | 'refuses'
  /** Whether the second number begins another series, too: of all versions, or of those before one. */
  readonly minorSeries: boolean | { readonly before: number }
  readonly how: string
}

const rules: Readonly<Record<string, Kept>> = {
  postgres: { older: 'refuses', minorSeries: { before: 10 }, how: 'dump the data with the old version and load it into the new one, or run pg_upgrade' },
  mysql: { older: 'reads', minorSeries: true, how: 'dump the data with the newer version and load it into the older one' },
  mariadb: { older: 'reads', minorSeries: true, how: 'dump the data with the newer version and load it into the older one' },
  redis: { older: 'reads', minorSeries: false, how: 'keep the newer version, or begin empty' },
  valkey: { older: 'reads', minorSeries: false, how: 'keep the newer version, or begin empty' },
  mongodb: { older: 'may refuse', minorSeries: true, how: 'go one series at a time, and set featureCompatibilityVersion before each step' },
  rabbitmq: { older: 'may refuse', minorSeries: false, how: 'enable all feature flags and go through the last version of the old series first' },
} // biome-ignore format: a table

const anyProduct: Kept = {
  older: 'may refuse',
  minorSeries: false,
  how: 'read what its makers say of the step, and make a copy of the data first',
}

/** Why what `before` wrote may be closed to `after`, with what to do; undefined where the one reads the other. Both run the same product. */
export function unreadable(before: Database, after: Database): { readonly words: string; readonly how: string } | undefined {
  if (before.image === after.image) return undefined
  const { older, minorSeries, how } = rules[after.kind] ?? anyProduct
  const [old, young] = [seriesOf(before, minorSeries), seriesOf(after, minorSeries)]
  if (old === undefined || young === undefined) {
    const unsaid = old === undefined ? before : after
    return { words: `${unsaid.image} does not say which version it holds`, how: `name a version in both, or: ${how}` }
  }
  const order = compare(old, young)
  if (order === 0 || (order < 0 && older === 'reads')) return undefined
  const does = order < 0 && older === 'refuses' ? 'does not' : 'may not'
  return { words: `${after.kind} ${young.join('.')} ${does} read what ${before.kind} ${old.join('.')} wrote`, how }
}

function seriesOf({ version }: Database, minorSeries: Kept['minorSeries']): readonly number[] | undefined {
  if (version === undefined) return undefined
  const [major, minor] = version
  const hasMinor = typeof minorSeries === 'boolean' ? minorSeries : major < minorSeries.before
  return hasMinor && minor !== undefined ? [major, minor] : [major]
}

/** Below 0 when the first is older. `8` and `8.4` are taken for the same: the one floats. */
function compare(a: readonly number[], b: readonly number[]): number {
  const differs = a.slice(0, b.length).findIndex((part, at) => part !== b[at])
  return differs < 0 ? 0 : a[differs]! - b[differs]!
}
