// gradle/libs.versions.toml: the names that build scripts use for libraries and plugins.
import { perRepository } from '../../memo.ts'
import { joinPath } from '../../paths.ts'
import { dataAt, field, stringAt, stringsIn } from '../../reading/data.ts'
import type { Repository } from '../../repository.ts'

export interface Catalog {
  /** `group:artifact` by accessor such as `spring.boot.starter`. */
  readonly libraries: ReadonlyMap<string, string>
  /** Accessors of libraries by the accessor of their bundle. */
  readonly bundles: ReadonlyMap<string, readonly string[]>
  /** Plugin ids by accessor. */
  readonly plugins: ReadonlyMap<string, string>
}

/** The catalog of the build whose settings lie in a folder. */
export const readCatalog: (home: string, repository: Repository) => Catalog = perRepository((home, repository) => {
  const path = joinPath(home, 'gradle/libs.versions.toml')
  const data = repository.tree.entries.has(path) ? repository.read.toml(path)?.data : undefined
  return {
    libraries: entriesOf(data, 'libraries', moduleOf),
    bundles: entriesOf(data, 'bundles', (value) => stringsIn(value).map(accessorOf)),
    plugins: entriesOf(data, 'plugins', (value) => (typeof value === 'string' ? value.split(':')[0] : stringAt(value, 'id'))),
  }
})

function entriesOf<T>(data: unknown, table: string, read: (value: unknown) => T | undefined): Map<string, T> {
  const rows = dataAt(data, table)
  return new Map(
    Object.keys(rows).flatMap((key): [string, T][] => {
      const value = read(field(rows, key))
      return value === undefined ? [] : [[accessorOf(key), value]]
    }),
  )
}

function moduleOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.split(':').slice(0, 2).join(':')
  const [group, name] = [stringAt(value, 'group'), stringAt(value, 'name')]
  return stringAt(value, 'module') ?? (group === undefined || name === undefined ? undefined : `${group}:${name}`)
}

/** Scripts write dots where the catalog has dashes or underscores. */
function accessorOf(key: string): string {
  return key.replace(/[-_]/g, '.')
}
