// A site that a Node package builds.
import type { Sign } from '../claim.ts'
import { besideSigns } from '../nodejs/beside.ts'
import type { StaticBuilder } from '../nodejs/builders.ts'
import { findNodeEntries } from '../nodejs/entries.ts'
import { configTexts, type Match, type PackageKind } from '../nodejs/kind.ts'
import type { PackageJson } from '../nodejs/package-json.ts'
import { findNodeStart } from '../nodejs/start.ts'
import { joinPath } from '../paths.ts'
import { field } from '../reading/data.ts'
import type { Folder, Repository } from '../repository.ts'

export interface Package {
  readonly folder: Folder
  readonly repository: Repository
  readonly manifest: PackageJson
  readonly kind: PackageKind
  readonly builder: Match<StaticBuilder>
}

export function builtSigns(site: Package): Sign[] {
  const { folder, repository, manifest, builder } = site
  const { row, dependency, list } = builder
  const build = manifest.scripts.get('build')
  const page = ['index.html', 'src/index.html', 'public/index.html'].find((name) =>
    repository.tree.entries.has(joinPath(folder.path, name)),
  )
  return [
    { ...manifest.at(`${list}/${dependency}`, `${dependency} in ${list}`), weight: row.isBundler ? 0.45 : 0.5 },
    ...(build === undefined ? [] : [{ ...manifest.at('scripts/build', `build script: ${build.slice(0, 80)}`), weight: 0.35 }]),
    ...(page === undefined ? [] : [{ path: joinPath(folder.path, page), line: 1, fact: page, weight: 0.35 }]),
    ...(row.isShowcase
      ? [{ ...manifest.at('scripts/build', `${row.name} shows parts of other programs`), weight: -0.4, role: 'tooling' as const }]
      : []),
    ...serverObjection(site),
    ...libraryObjection(site),
    ...clientObjection(site),
    ...(page === undefined && row.isBundler && field(manifest.file.data, 'bin') !== undefined
      ? [{ ...manifest.at('bin', 'is a command line program'), weight: -0.6, role: 'tooling' as const }]
      : []),
    ...besideSigns(folder, manifest, repository),
  ]
}

/** A server among the dependencies makes the pages its own, when something starts it. */
function serverObjection({ folder, repository, manifest, kind, builder }: Package): Sign[] {
  const { server } = kind
  const start = findNodeStart(manifest, repository)
  if (server !== undefined) {
    const runs = start !== undefined || findNodeEntries(folder.path, manifest, repository).length > 0
    return [{ ...manifest.at(`${server.list}/${server.dependency}`, `${server.dependency} makes it a server`), weight: runs ? -0.6 : -0.2 }]
  }
  if (start === undefined || !builder.row.isBundler || /\b(?:preview|sirv|static-server)\b/.test(start.text)) return []
  return [{ ...start.evidence, weight: -0.3 }]
}

function libraryObjection({ folder, repository, manifest, builder }: Package): Sign[] {
  const build = manifest.scripts.get('build') ?? ''
  const isExported = ['exports', 'types', 'typings', 'publishConfig'].some((key) => field(manifest.file.data, key) !== undefined)
  const bundlesLibrary =
    builder.row.isBundler && configTexts(['vite.config'], folder, repository).some((text) => /\blib\s{0,4}:\s{0,4}\{/.test(text))
  if (!isExported && !bundlesLibrary && !/\b(?:--target\s{1,4}lib|--lib|build:lib)\b/.test(build)) return []
  return [{ ...manifest.at('exports', 'is made to be imported'), weight: -0.6, role: 'library' as const }]
}

/** Pages that a program for desktops or browsers shows. */
function clientObjection({ folder, manifest }: Package): Sign[] {
  if (folder.folders.has('src-tauri'))
    return [{ path: joinPath(folder.path, 'src-tauri'), fact: 'is a program for desktops', weight: -0.8, role: 'tooling' }]
  const shell = [
    'electron',
    'electron-vite',
    '@crxjs/vite-plugin',
    'wxt',
    'plasmo',
    '@types/chrome',
    'webextension-polyfill',
    '@types/vscode',
  ].find((name) => manifest.devDependencies.has(name) || manifest.dependencies.has(name))
  return shell === undefined
    ? []
    : [{ ...manifest.at(`devDependencies/${shell}`, `${shell} does not run on a server`), weight: -0.8, role: 'tooling' }]
}

/** Where each tool's configuration says that the result lands. */
const outputWords = [
  { configs: ['vite.config', 'astro.config', 'vue.config', 'stencil.config', 'snowpack.config', 'gridsome.config', 'rsbuild.config', 'docusaurus.config', '.umirc', 'config/config'], says: /\b(?:outDir|outputDir|outputPath|buildDirectory|dir)\s{0,4}:\s{0,4}['"](?:\.?\/)?([\w./-]{1,100})['"]/ },
  { configs: ['next.config'], says: /\bdistDir\s{0,4}:\s{0,4}['"](?:\.?\/)?([\w./-]{1,100})['"]/ },
  { configs: ['.eleventy', 'eleventy.config'], says: /\boutput\s{0,4}:\s{0,4}['"](?:\.?\/)?([\w./-]{1,100})['"]/ },
  { configs: ['webpack.config', 'webpack.prod', 'rollup.config'], says: /\b(?:resolve|join)\s{0,4}\(\s{0,4}__dirname\s{0,4},\s{0,4}['"](?:\.?\/)?([\w./-]{1,60})['"]\s{0,4}\)/ },
  { configs: ['observablehq.config'], says: /\boutput\s{0,4}:\s{0,4}['"](?:\.?\/)?([\w./-]{1,100})['"]/ },
] // biome-ignore format: a table

/** The folder that the build command names, such as `eleventy --output=www` and `vuepress build src`. */
const outputInCommand = /(?:--out(?:put|-dir|Dir)?|--dest|--dist-dir|-d|--output-path)[=\s]\s{0,4}["']?(?:\.?\/)?([\w./-]{1,100})/

export function findOutput({ folder, repository, manifest, builder }: Package): string {
  const { name, output } = builder.row
  const command = manifest.scripts.get('build') ?? ''
  const source = /\b(?:vite|vue)press\s{1,4}build\s{1,4}([\w./-]{1,60})/.exec(command)?.[1]?.replace(/^\.\/|\/$/g, '')
  const stated = outputWords
    .flatMap(({ configs, says }) => configTexts(configs, folder, repository).map((text) => says.exec(text)?.[1]))
    .find(Boolean)
  const angular = name === 'angular' || name === 'ionic-angular' ? angularOutput(folder, repository) : undefined
  const found =
    outputInCommand.exec(command)?.[1] ??
    stated ??
    angular ??
    (source && source !== '.' && output.startsWith('.') ? `${source}/${output}` : output)
  return found.includes('..') ? output : found.replace(/\/$/, '')
}

function angularOutput(folder: Folder, repository: Repository): string | undefined {
  const text = folder.files.has('angular.json') ? repository.read.text(joinPath(folder.path, 'angular.json')) : undefined
  return /"outputPath"\s{0,4}:\s{0,4}"(?:\.?\/)?([\w./-]{1,100})"/.exec(text ?? '')?.[1]
}
