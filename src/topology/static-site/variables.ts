// Variables that a build writes into the pages.
import { findEnvironment } from '../environment.ts'
import { findNodeEntries } from '../nodejs/entries.ts'
import type { PackageJson } from '../nodejs/package-json.ts'
import { nodeSource } from '../nodejs/source.ts'
import { joinPath } from '../paths.ts'
import { scanSources } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import type { EnvironmentVariable } from '../topology.ts'

/** Files in which pages begin, or that name what they read. */
const files = ['src/main', 'src/index', 'src/App', 'src/app', 'src/env', 'src/config', 'src/config/index', 'src/lib/env', 'src/environment', 'index', 'main'].flatMap((name) => ['tsx', 'ts', 'jsx', 'js'].map((ending) => `${name}.${ending}`)) // biome-ignore format: a list

/** Tools hand only names with their prefix to browsers. */
const isForPages =
  /^(?:VITE|NEXT_PUBLIC|REACT_APP|NUXT_PUBLIC|PUBLIC|GATSBY|VUE_APP|EXPO_PUBLIC|NG_APP|SNOWPACK_PUBLIC|STORYBOOK|DOCUSAURUS|PARCEL)_/

export function variablesOfPages(folder: Folder, manifest: PackageJson, repository: Repository): EnvironmentVariable[] {
  const exists = (path: string) => repository.tree.entries.has(path)
  const likely = files.map((name) => joinPath(folder.path, name)).filter(exists)
  const entries = [...new Set([...likely.slice(0, 4), ...findNodeEntries(folder.path, manifest, repository)])]
  const source = scanSources(entries, { reader: repository.read, language: nodeSource, exists })
  const read = { ...source, environment: source.environment.filter(({ name }) => isForPages.test(name)) }
  return [...findEnvironment(folder, read, repository).environment]
}
