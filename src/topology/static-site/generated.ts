// A site that a generator outside Node makes: which one, how it is built, where the result lands.
import type { Sign } from '../claim.ts'
import { servedFromAbove } from '../nodejs/beside.ts'
import { ancestorsOf, joinPath } from '../paths.ts'
import { lineAt, lineOf } from '../reading/lines.ts'
import { quoted, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import { normalizeVersion } from '../versions.ts'
import { type Generator, generators, versionFiles } from './generators.ts'

export interface GeneratedSite {
  readonly generator: Generator
  readonly output: string
  readonly version: Said<string> | undefined
  readonly signs: readonly Sign[]
}

export const generatorMarks: readonly string[] = [
  ...new Set(generators.flatMap(({ marks }) => marks.filter((mark) => !mark.includes('/')))),
]

/** The generator whose configuration lies in the folder; undefined when none's does. */
export function findGenerated(folder: Folder, repository: Repository): GeneratedSite | undefined {
  for (const generator of generators) {
    const config = generator.marks.map((mark) => fileOf(mark, folder, repository)).find((path) => path !== undefined)
    const text = config === undefined ? undefined : (repository.read.text(config) ?? '').slice(0, 65_536)
    if (config === undefined || text === undefined) continue
    const said = generator.says?.exec(text)
    const isBeside = generator.beside?.some((name) => exists(joinPath(folder.path, name), repository)) ?? true
    const listed = findListed(generator, folder, repository)
    if ((generator.says !== undefined && !said) || !isBeside || (generator.listed !== undefined && listed === undefined)) continue
    return {
      generator,
      output: clean(generator.outputSaid?.exec(text)?.[1]) ?? generator.output,
      version: findVersion(generator, folder, repository),
      signs: [
        {
          path: config,
          line: said ? lineAt(text, said.index) : 1,
          fact: `${generator.name} builds a site`,
          weight: isOwnName(config, generator) ? 0.7 : 0.6,
        },
        ...(listed ? [listed] : []),
        ...contentSigns(folder, repository),
        ...partObjections(folder, generator, repository),
      ],
    }
  }
  return undefined
}

/** Whether no other tool has a file of this name. */
function isOwnName(config: string, { name, says }: Generator): boolean {
  return says === undefined || config.includes(name)
}

/** A generator's configuration takes a dependency's name where its own is one of many's. */
function findListed({ listed, name }: Generator, folder: Folder, repository: Repository): Sign | undefined {
  for (const file of listed?.files ?? []) {
    const path = joinPath(folder.path, file)
    const text = folder.files.has(file) ? repository.read.text(path)?.slice(0, 65_536) : undefined
    const found = text === undefined ? null : listed?.package.exec(text)
    if (text !== undefined && found) return { path, line: lineAt(text, found.index), fact: `${name} in ${file}`, weight: 0.3 }
  }
  return undefined
}

const contentFolders = ['content', '_posts', '_layouts', 'posts', 'source', 'docs', 'themes', 'layouts', 'templates', '_includes', 'src'] // biome-ignore format: a list

/** Pages to build: folders that hold them, or a first page. */
function contentSigns({ path, folders, files }: Folder, repository: Repository): Sign[] {
  const content = contentFolders.find((name) => folders.has(name) || exists(joinPath(path, name), repository))
  const page = ['index.md', 'index.html', 'index.rst', 'README.md'].find((name) => files.has(name))
  return [
    ...(content ? [{ path: joinPath(path, content), fact: `${content}/ holds pages`, weight: 0.3 }] : []),
    ...(page ? [{ path: joinPath(path, page), line: 1, fact: page, weight: 0.2 }] : []),
    ...(files.has('CNAME') ? [{ path: joinPath(path, 'CNAME'), line: 1, fact: 'a host name of its own', weight: 0.2 }] : []),
  ]
}

/** Manifests of programs whose documentation a generator beside them may build. */
const programManifests = ['pyproject.toml', 'setup.py', 'setup.cfg', 'Cargo.toml', 'go.mod', 'package.json', 'composer.json', 'pom.xml', 'build.gradle', 'CMakeLists.txt', 'mix.exs', 'DESCRIPTION'] // biome-ignore format: a list

/** Generators that are used for the documentation of a program as a rule. */
const documenters = new Set(['mkdocs', 'sphinx', 'mdbook', 'zensical', 'jupyter-book', 'antora', 'honkit', 'quarto'])

/** The example of a theme, and the documentation of the program in the same folder. */
function partObjections(folder: Folder, generator: Generator, repository: Repository): Sign[] {
  const inTheme = /(?:^|\/)(?:themes|exampleSite)(?:\/|$)/.test(folder.path)
  const isTheme = folder.files.has('theme.toml')
  const manifest = documenters.has(generator.name)
    ? programManifests.find((name) => folder.files.has(name) && isProgram(name, folder, repository))
    : undefined
  const above = documenters.has(generator.name) ? ancestorsOf(folder.path).find((path) => hasProgram(path, repository)) : undefined
  const server = servedFromAbove(folder.path, repository)
  return [
    ...(server ? [{ path: server.path, fact: `${server.language} serves these pages`, weight: -0.8, role: 'asset' as const }] : []),
    ...(inTheme || isTheme ? [{ path: folder.path, fact: 'shows what a theme looks like', weight: -0.9, role: 'example' as const }] : []),
    ...(manifest
      ? [
          {
            path: joinPath(folder.path, manifest),
            line: 1,
            fact: 'is the documentation of the program beside it',
            weight: -0.6,
            role: 'docs' as const,
          },
        ]
      : []),
    ...(above !== undefined && manifest === undefined
      ? [{ path: folder.path, fact: 'is the documentation of the program above it', weight: -0.3, role: 'docs' as const }]
      : []),
  ]
}

/** A pyproject.toml or package.json that only lists the generator is no program. */
function isProgram(name: string, { path, folders }: Folder, repository: Repository): boolean {
  const text = repository.read.text(joinPath(path, name))?.slice(0, 32_768) ?? ''
  if (name === 'package.json') return /"(?:main|exports|bin|types)"\s{0,4}:/.test(text)
  if (name === 'pyproject.toml') return lineOf(text, '[build-system]') !== undefined || folders.has('src') || folders.has('tests')
  return true
}

function hasProgram(path: string, repository: Repository): boolean {
  const files = repository.folders.get(path)?.files
  return files !== undefined && programManifests.some((name) => files.has(name))
}

function findVersion({ version }: Generator, folder: Folder, repository: Repository): Said<string> | undefined {
  if (version === undefined) return undefined
  for (const file of versionFiles) {
    const path = joinPath(folder.path, file)
    const text = folder.files.has(file) ? repository.read.text(path)?.slice(0, 65_536) : undefined
    const match = (file === '.hugo-version' ? /\S{1,40}/ : version).exec(text ?? '')
    if (text === undefined || match === null) continue
    const normal = normalizeVersion(match.slice(1).find((group) => group !== undefined) ?? match[0], 2)
    if (normal !== undefined) return said(normal, quoted(path, lineAt(text, match.index), repository.read))
  }
  return undefined
}

function fileOf(mark: string, folder: Folder, repository: Repository): string | undefined {
  if (!mark.startsWith('*')) return exists(joinPath(folder.path, mark), repository) ? joinPath(folder.path, mark) : undefined
  const name = [...folder.files].sort().find((file) => file.endsWith(mark.slice(1)))
  return name === undefined ? undefined : joinPath(folder.path, name)
}

function exists(path: string, { tree }: Repository): boolean {
  return tree.entries.has(path) || tree.folders.has(path)
}

/** An output folder inside the site's own, without dots and slashes in front. */
function clean(path: string | undefined): string | undefined {
  const parts = path?.split('/').filter((part) => part !== '' && part !== '.')
  return parts === undefined || parts.length === 0 || parts.includes('..') ? undefined : parts.join('/')
}
