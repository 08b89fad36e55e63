// Whether a package is a server, or only makes files for browsers: decided once, for the detectors of both.
import { perRepository } from '../memo.ts'
import { joinPath } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import { type StaticBuilder, type StaticCondition, staticBuilders } from './builders.ts'
import { type Framework, serverFrameworks, viewLibraries } from './frameworks.ts'
import { type PackageJson, readPackageJson } from './package-json.ts'

/** A row of a table with the package that matched it and the list that names it. */
export interface Match<Row> {
  readonly row: Row
  readonly dependency: string
  readonly list: 'dependencies' | 'devDependencies'
}

export interface PackageKind {
  /** The server it is built on. */
  readonly server?: Match<Framework>
  /** What makes a site of it; beside a server it makes the server's pages. */
  readonly builder?: Match<StaticBuilder>
  /** The library of views, where neither has a name of its own. */
  readonly view?: string
}

export const kindOfPackage = perRepository((path: string, repository: Repository): PackageKind => {
  const manifest = readPackageJson(path, repository)
  const folder = repository.folders.get(path)
  if (manifest === undefined || folder === undefined) return {}
  const place = { folder, manifest, repository }
  const settled = firstMatch(
    staticBuilders.filter(({ when }) => when !== undefined && holds(when, place)),
    manifest,
  )
  const server = firstMatch(serverFrameworks, manifest, ({ isBuilt }) => isBuilt === true)
  const isFiles = settled !== undefined && (server === undefined || server.row.isBuilt === true || settled.row.name === server.row.name)
  const plain = server?.row.isBuilt === true ? undefined : findPlain(place)
  const view = viewLibraries.find(({ packages }) => packages.some((name) => manifest.dependencies.has(name)))?.name
  return {
    ...(server && !isFiles ? { server } : {}),
    ...(isFiles ? { builder: settled } : plain ? { builder: plain } : {}),
    ...(view === undefined ? {} : { view }),
  }
})

function findPlain({ folder, manifest, repository }: Place): Match<StaticBuilder> | undefined {
  const build = [...manifest.scripts].filter(([name]) => /build|generate|export/.test(name)).map(([, command]) => command)
  const hasPage = pagePlaces.some((place) => repository.tree.entries.has(joinPath(folder.path, place)))
  const writesPage = ['html-webpack-plugin', 'html-rspack-plugin'].some(
    (name) => manifest.devDependencies.has(name) || manifest.dependencies.has(name),
  )
  const isSite = ({ isBundler, isNamedByView, packages }: StaticBuilder) =>
    isBundler !== true ||
    hasPage ||
    writesPage ||
    (!isNamedByView && build.some((command) => packages.some((name) => command.includes(name))))
  return firstMatch(
    staticBuilders.filter((row) => row.when === undefined && isSite(row)),
    manifest,
  )
}

/** Where the page lies that a bundler starts from. */
const pagePlaces = ['index.html', 'src/index.html', 'public/index.html', 'app/index.html', 'static/index.html', 'src/index.ejs', 'src/index.pug', 'client/index.html', 'resources/public/index.html', 'src/template.html', 'docs/index.html'] // biome-ignore format: a list

type Named = Pick<Framework, 'packages'>

function firstMatch<Row extends Named>(
  rows: readonly Row[],
  manifest: PackageJson,
  countsInDevelopment: (row: Row) => boolean = () => true,
): Match<Row> | undefined {
  for (const row of rows) {
    for (const dependency of row.packages) {
      if (manifest.dependencies.has(dependency)) return { row, dependency, list: 'dependencies' }
      if (countsInDevelopment(row) && manifest.devDependencies.has(dependency)) return { row, dependency, list: 'devDependencies' }
    }
  }
  return undefined
}

interface Place {
  readonly folder: Folder
  readonly manifest: PackageJson
  readonly repository: Repository
}

function holds({ packages = [], script, configs = [], says }: StaticCondition, { folder, manifest, repository }: Place): boolean {
  if (packages.some((name) => manifest.dependencies.has(name) || manifest.devDependencies.has(name))) return true
  const build = manifest.scripts.get('build') ?? manifest.scripts.get('generate') ?? manifest.scripts.get('export') ?? ''
  if (script?.test(build)) return true
  return says !== undefined && configTexts(configs, folder, repository).some((text) => says.test(text))
}

const configEndings = ['.js', '.mjs', '.ts', '.cjs', '.mts']

/** The texts of a tool's configuration files, which are few; comments in them count for nothing. */
export function configTexts(names: readonly string[], folder: Folder, repository: Repository): string[] {
  return names.flatMap((name) => {
    const file = configEndings.map((ending) => name + ending).find((candidate) => folder.files.has(candidate))
    const text = file === undefined ? undefined : repository.read.text(joinPath(folder.path, file))
    return text === undefined ? [] : [text.slice(0, 32_768).replace(/^[ \t]{0,80}(?:\/\/|\/?\*).{0,400}$/gm, '')]
  })
}
