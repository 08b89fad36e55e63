// Java, Kotlin, Scala, Groovy and Clojure: everything that runs on the JVM.
import type { Sign } from '../claim.ts'
import { baseName, joinPath, printable, relativeTo } from '../paths.ts'
import { findProcess } from '../procfile.ts'
import { defined } from '../reading/data.ts'
import { apart, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import type { JavaBuild } from './java/build.ts'
import { readClojure } from './java/clojure.ts'
import { addressesIn, variablesIn } from './java/environment.ts'
import { javaFrameworks } from './java/frameworks.ts'
import { readGradle } from './java/gradle.ts'
import { basePathOf, broughtHealth, placeOfSetting, playRoute } from './java/health.ts'
import { importedFrameworks, startsSpring } from './java/imports.ts'
import { readMaven } from './java/maven.ts'
import { isRunByRoot, soleModuleOf } from './java/modules.ts'
import { readAnt, readMill, readPolyglot } from './java/others.ts'
import { packingFacts } from './java/packing.ts'
import { buildFiles, readArchive, readExploded, readLooseSource } from './java/prebuilt.ts'
import { findPrograms, type Programs } from './java/programs.ts'
import { statedRuntime } from './java/runtimes.ts'
import { readSbt } from './java/sbt.ts'
import { portIn, readSettings, type Settings } from './java/settings.ts'
import { javaSource } from './java/source.ts'
import type { Language, Project } from './language.ts'

export const java: Language = {
  type: 'java',
  title: 'Java',
  marks: [...buildFiles, '*.war', '*.jar', '*.jsp', 'META-INF/', 'index.html', '*.java', '*.kt', '*.scala', '*.clj'],
  readProject,
  source: javaSource,
  frameworks: javaFrameworks,
  port: 8080,
  start: ({ project: { facts } }) =>
    typeof facts?.run === 'string' ? facts.run : isForContainer(facts?.packing) ? 'catalina.sh run' : undefined,
  build: ({ project }) => (typeof project.facts?.buildCommand === 'string' ? project.facts.buildCommand : undefined),
}

function readBuild(folder: Folder, repository: Repository): JavaBuild | undefined {
  if (!buildFiles.some((name) => folder.files.has(name))) return undefined
  return (
    readMaven(folder.path, repository) ??
    readGradle(folder.path, repository) ??
    readSbt(folder, repository) ??
    readClojure(folder, repository) ??
    readPolyglot(folder, repository) ??
    readAnt(folder, repository) ??
    readMill(folder, repository)
  )
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  if (/(?:^|\/)src\/(?:main|test)\//.test(folder.path)) return undefined
  const module = repository.folders.get(soleModuleOf(folder.path, repository) ?? folder.path) ?? folder
  const project = readOwn(module, repository)
  if (project === undefined || module === folder) return project
  const { manifest, name = project.name } = readBuild(folder, repository) ?? {}
  const sign = { ...(manifest ?? { path: folder.path }), fact: `is run from here, built from ${module.path}`, weight: 0.3 }
  return {
    ...project,
    name,
    manifest,
    signs: [...project.signs.filter(({ weight }) => weight > 0), sign],
    facts: { ...project.facts, module: relativeTo(folder.path, module.path) },
  }
}

function readOwn(folder: Folder, repository: Repository): Project | undefined {
  const own = readBuild(folder, repository)
  const build = own ?? readExploded(folder, repository) ?? readLooseSource(folder, repository) ?? readArchive(folder)
  if (build === undefined) return undefined
  const isRefused = build.role !== undefined && findProcess(folder, repository) === undefined
  if (isRefused)
    return projectOf(build, {
      folder,
      repository,
      programs: { entries: [], others: [], hasSource: false, health: [] },
      signs: refusal(build),
    })
  const programs = findPrograms(folder, build, repository)
  if (own === undefined && build.runs === undefined && programs.entries.length === 0) return undefined
  const project = projectOf(build, {
    folder,
    repository,
    programs,
    signs: signsOf(build, programs, { folder, hasSettings: hasSettingsIn(folder, repository) }),
  })
  return own === undefined ? { ...project, manifest: undefined } : withObjections(project, { folder, build, repository })
}

interface ProjectInput {
  readonly folder: Folder
  readonly repository: Repository
  readonly programs: Programs
  readonly signs: readonly Sign[]
}

function projectOf(build: JavaBuild, { folder, repository, programs, signs }: ProjectInput): Project {
  const settings: Settings = build.role === undefined ? readSettings(folder, repository) : new Map()
  const stated = portIn(settings)
  const version = build.javaVersion ?? statedRuntime(folder, repository)
  const port = said(stated?.port, stated && placeOfSetting(stated.setting)) ?? build.port
  return {
    name: build.name,
    manifest: build.manifest,
    ...apart({ version, port, health: broughtHealth(build, settings) ?? playRoute(build, settings, { folder, repository }) }),
    packageManager: build.manager === 'java' ? undefined : build.manager,
    dependencies: new Map([...importedFrameworks(programs.entries, repository), ...build.dependencies]),
    versions: versionsOf(build),
    entries: programs.entries,
    routeFiles: programs.health,
    basePath: basePathOf(settings),
    signs: stated === undefined ? signs : [...signs, { ...placeOfSetting(stated.setting), weight: 0.1 }],
    environment: variablesIn(settings),
    addresses: addressesIn(settings),
    reads: build.reads.filter((path) => path !== folder.path),
    facts: {
      ...defined({ run: build.start, buildCommand: build.buildCommand, packaging: build.packaging, artifact: build.name }),
      ...packingFacts({ build, version: version?.value, entries: programs.entries, repository }),
      hasWrapper: folder.files.has('mvnw') || folder.files.has('gradlew'),
    },
  }
}

/** An archive for a servlet container starts with the container. */
function isForContainer(packing: unknown): boolean {
  return packing === 'web' || packing === 'exploded'
}

/** A platform's version counts for every artifact of its group. */
function versionsOf({ versions, dependencies }: JavaBuild): ReadonlyMap<string, string> {
  const spring =
    versions?.get('org.springframework.boot') ??
    versions?.get('plugin:org.springframework.boot') ??
    versions?.get('plugin:spring-boot-maven-plugin')
  const starters = spring === undefined ? [] : [...dependencies.keys()].filter((name) => name.startsWith('spring-boot-starter'))
  return new Map([...starters.map((name) => [name, spring ?? ''] as const), ...(versions ?? [])])
}

interface Surroundings {
  readonly folder: Folder
  readonly build: JavaBuild
  readonly repository: Repository
}

/** What only the modules around and the sources together can say against a service. */
function withObjections(project: Project, { folder, build, repository }: Surroundings): Project {
  const { manifest } = build
  const usesSpring = build.dependencies.has('org.springframework.boot') || build.dependencies.has('plugin:spring-boot-maven-plugin')
  const isTool = usesSpring && build.packaging !== 'war' && project.entries.length > 0 && !startsSpring(project.entries, repository)
  const desktop = desktopMarks.map((name) => build.dependencies.get(name)).find((evidence) => evidence !== undefined)
  const commands = commandLineOf(build, project.entries, repository)
  const signs: Sign[] = [
    ...(repository.tree.folders.has(joinPath(folder.path, 'src/main/g8'))
      ? [{ ...manifest, fact: 'tests a template that others begin with', weight: -0.6, role: 'tooling' as const }]
      : []),
    ...(desktop ? [{ ...desktop, fact: 'makes it a desktop application', weight: -0.6, role: 'tooling' as const }] : []),
    ...(commands ? [{ ...commands, fact: 'reads a command line and starts no server', weight: -0.5, role: 'tooling' as const }] : []),
    ...(isRunByRoot(folder.path, repository)
      ? [{ ...manifest, fact: 'is run from the root of its build', weight: -0.9, role: 'library' as const }]
      : []),
    ...(isTool ? [{ ...manifest, fact: 'has a main method that does not start Spring', weight: -0.5, role: 'tooling' as const }] : []),
  ]
  return { ...project, signs: [...project.signs, ...signs] }
}

/** What draws windows, or packs a program for whoever has a screen. */
const desktopMarks = ['org.openjfx', 'javafx-controls', 'javafx-fxml', 'plugin:org.openjfx.javafxplugin', 'plugin:javafx-maven-plugin', 'plugin:org.jetbrains.compose', 'plugin:org.jetbrains.kotlin.plugin.compose', 'plugin:dev.hydraulic.conveyor', 'flatlaf', 'tornadofx', 'scalafx'] // biome-ignore format: a list

/** A program whose main method hands its words to a reader of command lines, and starts no server. */
function commandLineOf({ dependencies }: JavaBuild, entries: readonly string[], { read }: Repository): Evidence | undefined {
  const reader = ['picocli', 'info.picocli', 'micronaut-picocli', 'quarkus-picocli'].map((name) => dependencies.get(name)).find(Boolean)
  if (reader === undefined || entries.length === 0) return undefined
  const texts = entries.map((path) => read.text(path)?.slice(0, 32_768) ?? '')
  const serves = /\b(?:Micronaut|Quarkus|SpringApplication|Javalin)\s{0,4}\.\s{0,4}\w|@SpringBootApplication|\.listen\s{0,4}\(/
  return texts.some((text) => /\bpicocli\b/i.test(text)) && !texts.some((text) => serves.test(text)) ? reader : undefined
}

function refusal({ role, manifest }: JavaBuild): Sign[] {
  return [{ ...(role?.evidence ?? manifest), weight: -0.9, ...(role === undefined ? {} : { role: role.role }) }]
}

interface Place {
  readonly folder: Folder
  readonly hasSettings: boolean
}

const mainlessGroups = [
  'io.quarkus',
  'io.quarkus.platform',
  'io.helidon.microprofile.bundles',
  'helidon-microprofile',
  'helidon-microprofile-core',
]
const settingsFiles = ['application.properties', 'application.yml', 'application.yaml', 'META-INF/microprofile-config.properties']

function hasSettingsIn({ path }: Folder, { tree }: Repository): boolean {
  return settingsFiles.some((name) => tree.entries.has(joinPath(path, `src/main/resources/${name}`)))
}

/** Names of modules that only check or measure others. */
const testModule = /(?:^|[-_.])(?:tests?|testing|it|itests?|e2e|integration-tests?|benchmarks?|jmh|testkit|test-utils?)$/i

function signsOf(build: JavaBuild, { entries, hasSource }: Programs, { folder, hasSettings }: Place): Sign[] {
  const isWeb = build.packaging === 'war' || build.packaging === 'ear'
  const isBuilt = entries.length > 0 || hasSource || isWeb || build.manager === 'java'
  const runs = (isBuilt ? build.runs : undefined) ?? (entries.length === 0 && hasSource ? runsWithoutMain(build, hasSettings) : undefined)
  const name = folder.path === '.' ? '' : baseName(folder.path)
  return [
    ...(build.manager === 'java' && entries.length > 0 ? [{ ...build.manifest, weight: 0.1 }] : []),
    ...(runs ? [runs] : []),
    ...(testModule.test(name) ? [{ ...build.manifest, fact: 'is named like tests', weight: -0.6, role: 'tests' as const }] : []),
    ...(entries.length > 0 || runs !== undefined ? [] : [noProgram(build, hasSource)]),
  ]
}

/** Frameworks that bring the main method themselves, and builds that name one of somebody else's. */
function runsWithoutMain({ dependencies, mainClass, manifest }: JavaBuild, hasSettings: boolean): Sign | undefined {
  const framework = mainlessGroups.map((name) => dependencies.get(name)).find((evidence) => evidence !== undefined)
  if (framework !== undefined && hasSettings)
    return { ...framework, fact: 'has settings for a framework that brings the main method', weight: 0.3 }
  return mainClass === undefined ? undefined : { ...manifest, fact: `begins in ${printable(mainClass)}`, weight: 0.3 }
}

function noProgram({ manifest }: JavaBuild, hasSource: boolean): Sign {
  if (hasSource)
    return { ...manifest, fact: 'has no program: no main method, and nothing packages it to run', weight: -0.9, role: 'library' }
  return { ...manifest, fact: 'has no source', weight: -0.8, role: 'unknown' }
}
