// Gradle: build.gradle, build.gradle.kts and their settings.
import { perRepository } from '../../memo.ts'
import { ancestorsOf, baseName, joinPath, relativeTo } from '../../paths.ts'
import type { Said } from '../../reasons.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, evidenceAt, readScript, type Script } from '../script.ts'
import { readAs, statedIn } from '../stated.ts'
import { type JavaBuild, majorVersion, runsWeights } from './build.ts'
import { gatherGradle } from './gradle-artifacts.ts'

export const gradleFiles: readonly string[] = ['build.gradle.kts', 'build.gradle']
/** Projects beside it whose scripts a build evaluates. */
const includesLimit = 200
const settingsFiles = ['settings.gradle.kts', 'settings.gradle']

/** What a plugin makes of a project: the first that is there names the task that packages it. */
const runningPlugins: readonly { readonly id: RegExp; readonly task: string; readonly weight?: number }[] = [
  { id: /^io\.quarkus$/, task: 'quarkusBuild' },
  { id: /^org\.springframework\.boot$/, task: 'bootJar' },
  { id: /^io\.ktor\.plugin$/, task: 'buildFatJar' },
  { id: /^(?:com\.github\.johnrengelman\.shadow|com\.gradleup\.shadow|com\.github\.johnrengelman\.plugin-shadow|shadow)$/, task: 'shadowJar', weight: runsWeights.program },
  { id: /^io\.micronaut\.(?:minimal\.)?application$/, task: 'installDist' },
  { id: /^(?:application|distribution|io\.ratpack\.ratpack-(?:java|groovy))$/, task: 'installDist', weight: runsWeights.program },
  { id: /^(?:war|org\.gretty|io\.openliberty\.tools\.gradle\.Liberty|liberty|ear)$/, task: 'assemble' },
  { id: /^(?:com\.google\.cloud\.tools\.jib|com\.palantir\.docker|com\.bmuschko\.docker-[\w-]{1,40}|play|org\.gradle\.playframework|io\.vertx\.vertx-plugin)$/, task: 'assemble' },
] // biome-ignore format: a table

export const readGradle: (folder: string, repository: Repository) => JavaBuild | undefined = perRepository((path, repository) => {
  const folder = repository.folders.get(path)
  if (folder === undefined) return undefined
  const script = scriptOf(folder, gradleFiles, repository)
  const settings = scriptOf(folder, settingsFiles, repository)
  const main = script ?? settings
  return main === undefined ? undefined : buildOf(main, { folder, isSettings: script === undefined, settings, repository })
})

interface GradleInput {
  readonly folder: Folder
  /** Whether there are settings only. */
  readonly isSettings: boolean
  readonly settings: Script | undefined
  readonly repository: Repository
}

function buildOf(script: Script, { folder, isSettings, settings, repository }: GradleInput): JavaBuild {
  const home = homeOf(folder.path, repository)
  const includes = settings === undefined ? [] : includesOf(settings)
  const { dependencies, projects } = gatherGradle(isSettings ? { path: script.path, text: '' } : script, {
    home,
    folder: folder.path,
    repository,
  })
  const plugin = runningPlugins.find(({ id }) => pluginNamed(id, dependencies) !== undefined)
  const isWar = dependencies.has('plugin:war')
  const running = plugin === undefined ? undefined : pluginNamed(plugin.id, dependencies)
  const manifest = { path: script.path, line: 1, fact: baseName(script.path) }
  if (isWar) dependencies.set('packaging:war', dependencies.get('plugin:war') ?? manifest)
  const name = nameOf(folder, settings)
  return {
    manager: 'gradle',
    manifest,
    name,
    javaVersion: javaVersionOf(script) ?? javaVersionOf(scriptAt(home, repository)),
    dependencies,
    versions: versionsIn(script.text),
    packaging: isWar ? 'war' : 'jar',
    runs: running && { ...running, weight: plugin?.weight ?? runsWeights.server },
    mainClass: mainClassOf(script.text),
    role: includes.length > 0 && running === undefined && settings !== undefined ? rootRole(settings) : libraryRole(dependencies),
    start: startOf(plugin?.task, name),
    buildCommand: buildCommandOf(plugin?.task ?? 'assemble', { folder, home, repository }),
    home,
    reads: [...settingsRead(home, folder.path, repository), ...projects],
  }
}

function scriptOf(folder: Folder, names: readonly string[], repository: Repository): Script | undefined {
  const name = names.find((candidate) => folder.files.has(candidate))
  return name === undefined ? undefined : readScript(joinPath(folder.path, name), repository)
}

function scriptAt(path: string, repository: Repository): Script | undefined {
  const folder = repository.folders.get(path)
  return folder === undefined ? undefined : scriptOf(folder, gradleFiles, repository)
}

/** The folder of the build's settings: its own, or the nearest one above. */
function homeOf(path: string, repository: Repository): string {
  const hasSettings = (folder: string) => settingsFiles.some((name) => repository.folders.get(folder)?.files.has(name))
  return [path, ...ancestorsOf(path)].find(hasSettings) ?? path
}

function includesOf({ text }: Script): string[] {
  const lines = allMatches(text, /\binclude(?:Flat)?\s{0,4}\(?((?:\s{0,40}["'][^"'\n]{1,200}["'],?){1,100})/g)
  return lines.flatMap(({ groups }) => allMatches(groups[0] ?? '', /["']([^"']{1,200})["']/g).flatMap(({ groups: [name] }) => name ?? []))
}

/** The one project of a build whose root has settings only, as `gradle init` lays it out. */
export function onlyProjectOf(root: string, repository: Repository): string | undefined {
  const folder = repository.folders.get(root)
  const settings = folder === undefined ? undefined : scriptOf(folder, settingsFiles, repository)
  if (folder === undefined || settings === undefined || gradleFiles.some((name) => folder.files.has(name))) return undefined
  const [only, ...others] = includesOf(settings)
  if (only === undefined || others.length > 0) return undefined
  const path = joinPath(root, only.replace(/^:/, '').replaceAll(':', '/'))
  return repository.folders.has(path) ? path : undefined
}

function rootRole(settings: Script): NonNullable<JavaBuild['role']> {
  const offset = settings.text.search(/\binclude\b/)
  return { evidence: evidenceAt(settings, Math.max(offset, 0), 'gathers the projects of a build'), role: 'workspace_root' }
}

/** A platform of versions, what is published for others, or what is made for Android and other builds. */
function libraryRole(dependencies: ReadonlyMap<string, Evidence>): JavaBuild['role'] {
  const rows = [
    { id: /^(?:java-platform|com\.vanniktech\.maven\.publish)$/, role: 'library' as const },
    { id: /^(?:java-gradle-plugin|groovy-gradle-plugin|kotlin-dsl|com\.gradle\.plugin-publish)$/, role: 'tooling' as const },
    { id: /^(?:com\.android\.(?:application|library)|java-test-fixtures|me\.champeau\.jmh)$/, role: 'library' as const },
  ]
  for (const { id, role } of rows) {
    const evidence = pluginNamed(id, dependencies)
    const isOnlyLibrary = !runningPlugins.some(({ id: running }) => pluginNamed(running, dependencies) !== undefined)
    if (evidence !== undefined && isOnlyLibrary) return { evidence, role }
  }
  return undefined
}

function pluginNamed(id: RegExp, dependencies: ReadonlyMap<string, Evidence>): Evidence | undefined {
  return [...dependencies].find(([name]) => name.startsWith('plugin:') && id.test(name.slice('plugin:'.length)))?.[1]
}

function nameOf(folder: Folder, settings: Script | undefined): string | undefined {
  const stated = /\brootProject\.name\s{0,8}=\s{0,8}["']([\w.-]{1,100})["']/.exec(settings?.text ?? '')?.[1]
  return stated ?? (folder.path === '.' ? undefined : baseName(folder.path))
}

function versionsIn(text: string): Map<string, string> {
  const found = allMatches(
    text,
    /\bid\s{0,4}\(?\s{0,4}["']([\w.-]{1,120})["']\s{0,4}\)?\s{0,4}version\s{0,4}\(?\s{0,4}["'](\d[\w.+-]{0,40})["']/g,
  )
  return new Map(found.map(({ groups: [id = '', version = ''] }) => [`plugin:${id}`, version]))
}

function javaVersionOf(script: Script | undefined): Said<string> | undefined {
  const patterns = [
    /JavaLanguageVersion\.of\s{0,4}\(\s{0,4}["']?(\d{1,2})/,
    /jvmToolchain\s{0,4}\(\s{0,4}(\d{1,2})/,
    /\b(?:targetCompatibility|sourceCompatibility)\s{0,4}=?\s{0,4}["']?(?:JavaVersion\.VERSION_)?(1[._]8|\d{1,2})\b/,
    /\bjvmTarget\s{0,4}(?:=|\.set\()\s{0,4}["']?(?:JvmTarget\.JVM_)?(1[._]8|\d{1,2})\b/,
  ]
  const found = patterns.map((pattern) => statedIn(script, pattern)).find((version) => version !== undefined)
  return readAs(found, (version) => majorVersion(version.replace('_', '.')))
}

function mainClassOf(text: string): string | undefined {
  const property = /\b(?:mainClass(?:Name)?|mainVerticle(?:Name)?)(?:\.set)?\s{0,4}[=(]{0,2}\s{0,4}["']([\w.$]{1,200})["']/.exec(text)?.[1]
  return property ?? /["']Main-Class["']\s{0,4}(?:[:=,]|to)\s{0,4}["']([\w.$]{1,200})["']/.exec(text)?.[1]
}

function startOf(task: string | undefined, name: string | undefined): string | undefined {
  if (task === 'quarkusBuild') return 'java -jar build/quarkus-app/quarkus-run.jar'
  if (task === 'installDist') return name === undefined ? undefined : `build/install/${name}/bin/${name}`
  if (task === 'shadowJar' || task === 'buildFatJar') return 'java -jar build/libs/*-all.jar'
  return task === 'assemble' ? undefined : 'java -jar build/libs/*.jar'
}

interface CommandInput {
  readonly folder: Folder
  readonly home: string
  readonly repository: Repository
}

function buildCommandOf(task: string, { folder, home, repository }: CommandInput): string {
  const hasWrapper = repository.tree.entries.has(joinPath(home, 'gradle/wrapper/gradle-wrapper.jar'))
  const gradle = hasWrapper && repository.folders.get(home)?.files.has('gradlew') ? './gradlew' : 'gradle'
  const project = folder.path === home ? '' : `:${relativeTo(home, folder.path).replaceAll('/', ':')}:`
  return `${gradle} --no-daemon ${project}${task} -x test`
}

/** What every project of a build reads at its root. */
function settingsRead(home: string, folder: string, repository: Repository): string[] {
  if (home === folder) return []
  const names = [
    ...settingsFiles,
    ...gradleFiles,
    'gradle.properties',
    'gradle/libs.versions.toml',
    'gradlew',
    'gradle/wrapper/gradle-wrapper.properties',
  ]
  const folders = ['buildSrc', 'build-logic', 'buildLogic']
    .map((name) => joinPath(home, name))
    .filter((path) => repository.folders.has(path))
  const own = [...names.map((name) => joinPath(home, name)).filter((path) => repository.tree.entries.has(path)), ...folders]
  return [...own, ...siblingScripts(home, folder, repository)]
}

/** Gradle evaluates the script of every project of a build before it builds one of them. */
function siblingScripts(home: string, folder: string, repository: Repository): string[] {
  const at = repository.folders.get(home)
  const settings = at === undefined ? undefined : scriptOf(at, settingsFiles, repository)
  const paths =
    settings === undefined ? [] : includesOf(settings).map((name) => joinPath(home, name.replace(/^:/, '').replaceAll(':', '/')))
  return paths.slice(0, includesLimit).flatMap((path) => {
    const script = gradleFiles.map((name) => joinPath(path, name)).find((file) => repository.tree.entries.has(file))
    return script === undefined || path === folder ? [] : [script]
  })
}
