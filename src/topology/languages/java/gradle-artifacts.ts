// The plugins and dependencies of a Gradle project: its own, what the root gives to every project, and those of the projects it is built on.
import { joinPath } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, blocksOf, evidenceAt, readScript, type Script } from '../script.ts'
import { noteArtifact } from './build.ts'
import { type Catalog, readCatalog } from './gradle-catalog.ts'

/** Projects of the same build followed from one. */
const projectsLimit = 32

/** Plugins written as plain words in Kotlin's `plugins` block. */
const plainPlugins = new Set(['application', 'war', 'ear', 'java', 'java-library', 'java-platform', 'groovy', 'scala', 'distribution', 'maven-publish', 'java-gradle-plugin', 'java-test-fixtures', 'kotlin-dsl']) // biome-ignore format: a list

export interface GradlePlace {
  /** The folder of the build's settings. */
  readonly home: string
  readonly folder: string
  readonly repository: Repository
}

export interface GradleArtifacts {
  readonly dependencies: Map<string, Evidence>
  /** Folders of the projects that it is built on. */
  readonly projects: readonly string[]
}

export function gatherGradle(script: Script, { home, folder, repository }: GradlePlace): GradleArtifacts {
  const catalog = readCatalog(home, repository)
  const dependencies = new Map<string, Evidence>()
  const projects: string[] = []
  const own = folder === home ? withoutBlocks(script) : script
  const shared = folder === home ? undefined : sharedScript(home, repository)
  for (const from of [own, ...(shared === undefined ? [] : [shared])]) {
    notePlugins(from, { catalog, dependencies, home, repository })
    noteDependencies(from, catalog, dependencies)
  }
  const queue = projectsIn(own, home)
  for (let path = queue.shift(); path !== undefined && projects.length < projectsLimit; path = queue.shift()) {
    const used = path === folder || projects.includes(path) ? undefined : projectScript(path, repository)
    if (used === undefined) continue
    projects.push(path)
    noteDependencies(used, catalog, dependencies)
    queue.push(...projectsIn(used, home))
  }
  return { dependencies, projects }
}

function projectScript(path: string, repository: Repository): Script | undefined {
  return readScript(joinPath(path, 'build.gradle.kts'), repository) ?? readScript(joinPath(path, 'build.gradle'), repository)
}

const sharedBlocks = /\b(?:subprojects|allprojects)\s{0,8}\{/g

/** What a root says of every project, with the lines where they are. */
function sharedScript(home: string, repository: Repository): Script | undefined {
  const root = projectScript(home, repository)
  if (root === undefined) return undefined
  const blocks = blocksOf(root.text, sharedBlocks)
  const text = blocks.reduce((kept, { start, end }) => keepOnly(root.text, start, end, kept), blank(root.text))
  return { path: root.path, text }
}

function withoutBlocks({ path, text }: Script): Script {
  return {
    path,
    text: blocksOf(text, /\bsubprojects\s{0,8}\{/g).reduce((kept, { start, end }) => keepOnly(blank(text), start, end, kept), text),
  }
}

/** One text with a part of another of the same length. */
function keepOnly(from: string, start: number, end: number, text: string): string {
  return text.slice(0, start) + from.slice(start, end) + text.slice(end)
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

interface PluginInput {
  readonly catalog: Catalog
  readonly dependencies: Map<string, Evidence>
  readonly home: string
  readonly repository: Repository
}

function notePlugins(script: Script, { catalog, dependencies, home, repository }: PluginInput): void {
  const note = (id: string | undefined, offset: number) => {
    if (id === undefined || dependencies.has(`plugin:${id}`)) return
    dependencies.set(`plugin:${id}`, evidenceAt(script, offset, `applies the plugin ${id}`))
    const convention = conventionScript(id, home, repository)
    if (convention === undefined || convention.path === script.path) return
    notePlugins(convention, { catalog, dependencies, home, repository })
    noteDependencies(convention, catalog, dependencies)
  }
  for (const { groups, offset } of allMatches(script.text, /\bid\s{0,4}\(?\s{0,4}["']([\w.-]{1,120})["']([^\n]{0,120})/g))
    if (!isPostponed(groups[1])) note(groups[0], offset)
  for (const { groups, offset } of allMatches(script.text, /\balias\s{0,4}\(?\s{0,4}libs\.plugins\.([\w.]{1,120})([^\n]{0,60})/g))
    if (!isPostponed(groups[1])) note(catalog.plugins.get(groups[0] ?? ''), offset)
  for (const { groups, offset } of allMatches(script.text, /\bapply\s{0,4}\(?\s{0,4}plugin\s{0,4}[:=]\s{0,4}["']([\w.-]{1,120})["']/g))
    note(groups[0], offset)
  for (const { start, end } of blocksOf(script.text, /\bplugins\s{0,8}\{/g)) {
    for (const { groups, offset } of allMatches(script.text.slice(start, end), /^[ \t]{0,40}`?([a-z][a-z-]{2,40})`?[ \t]{0,10}$/gm))
      if (plainPlugins.has(groups[0] ?? '')) note(groups[0], start + offset)
  }
}

/** `apply false` only makes a plugin known to others. */
function isPostponed(rest: string | undefined): boolean {
  return /\bapply\s{0,4}\(?\s{0,4}false/.test(rest ?? '')
}

/** A build's own plugin is a script of the same name in buildSrc or build-logic. */
function conventionScript(id: string, home: string, repository: Repository): Script | undefined {
  for (const folder of ['buildSrc', 'build-logic', 'build-logic/convention', 'buildLogic']) {
    for (const [language, ending] of [
      ['kotlin', 'gradle.kts'],
      ['groovy', 'gradle'],
    ] as const) {
      const path = joinPath(home, `${folder}/src/main/${language}/${id}.${ending}`)
      if (repository.tree.entries.has(path)) return readScript(path, repository)
    }
  }
  return undefined
}

/** Configurations whose artifacts are there when the program runs, or that a server brings. */
const configurations =
  '(?:[a-z]{1,20}Implementation|implementation|api|compile|compileOnly|runtime|runtimeOnly|provided|providedCompile|providedRuntime|quarkusDev|commonMainImplementation)'

const direct = new RegExp(`\\b(${configurations})[ \\t]{0,8}\\(?\\s{0,8}["']([\\w.-]{1,120}):([\\w.$\\{\\}-]{1,120})`, 'g')
const named = new RegExp(
  `\\b(${configurations})[ \\t]{0,8}\\(?\\s{0,8}group\\s{0,4}[:=]\\s{0,4}["']([\\w.-]{1,120})["'],\\s{0,8}name\\s{0,4}[:=]\\s{0,4}["']([\\w.-]{1,120})`,
  'g',
)
const catalogued = new RegExp(`\\b(${configurations})[ \\t]{0,8}\\(?\\s{0,8}libs\\.([\\w.]{1,120})`, 'g')
const kotlinModule = new RegExp(
  `\\b(${configurations})[ \\t]{0,8}\\(?\\s{0,8}(?:enforcedPlatform|platform)?\\(?["']([\\w.-]{1,120}):([\\w.-]{1,120})`,
  'g',
)

function noteDependencies(script: Script, catalog: Catalog, dependencies: Map<string, Evidence>): void {
  const note = (group: string | undefined, name: string | undefined, offset: number) => {
    if (name !== undefined) noteArtifact(dependencies, { group, name, evidence: evidenceAt(script, offset, `depends on ${name}`) })
  }
  for (const pattern of [direct, named, kotlinModule]) {
    for (const {
      groups: [configuration, group, name],
      offset,
    } of allMatches(script.text, pattern))
      if (!/^test|Test|annotation/.test(configuration ?? '')) note(group, name, offset)
  }
  for (const {
    groups: [configuration, accessor = ''],
    offset,
  } of allMatches(script.text, catalogued)) {
    if (/^test|Test/.test(configuration ?? '')) continue
    const bundle = accessor.startsWith('bundles.')
      ? (catalog.bundles.get(accessor.slice('bundles.'.length)) ?? [])
      : [accessor.replace(/\.get$/, '')]
    for (const one of bundle) note(...splitModule(catalog.libraries.get(one)), offset)
  }
}

function splitModule(module: string | undefined): [string | undefined, string | undefined] {
  const [group, name] = module?.split(':') ?? []
  return [group, name]
}

/** `project(":core:db")` and `projects.core.db` as folders. */
function projectsIn({ text }: Script, home: string): string[] {
  const paths = allMatches(text, /\bproject\s{0,4}\(\s{0,4}(?:path\s{0,4}[:=]\s{0,4})?["']:?([\w.:-]{1,200})["']/g).map(
    ({ groups: [name = ''] }) => name.replaceAll(':', '/'),
  )
  const typed = allMatches(text, /\(\s{0,4}projects\.([\w.]{1,200})\s{0,4}\)/g).map(({ groups: [name = ''] }) =>
    name.replaceAll('.', '/').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  )
  return [...paths, ...typed].map((path) => joinPath(home, path))
}
