// What a template must know to put a build's output into an image: what the output looks like, where it lies, and which JDK makes it.
import { perRepository } from '../../memo.ts'
import { baseName, joinPath, relativeTo } from '../../paths.ts'
import { defined } from '../../reading/data.ts'
import type { Repository } from '../../repository.ts'
import type { JavaBuild } from './build.ts'

/**
 * `boot`: an archive of Spring Boot, which comes apart in layers. `quarkus`: a folder with a small archive beside its libraries. `web`: an
 * archive for a servlet container; `exploded`: the same, unpacked and committed. `stage`: a folder with a start script. `jar`: an archive
 * that holds all it needs. `classpath`: an archive that needs its libraries beside it. `source`: files for the compiler alone.
 * `archive`: a committed archive that runs, packed or not. `clojure`: source that runs as it is.
 */
export type Packing = 'boot' | 'quarkus' | 'web' | 'exploded' | 'stage' | 'jar' | 'classpath' | 'source' | 'archive' | 'clojure'

export interface Packed {
  readonly build: JavaBuild
  readonly version: string | undefined
  /** Files where the program begins, best first. */
  readonly entries: readonly string[]
  readonly repository: Repository
}

export function packingFacts({ build, version, entries, repository }: Packed): Readonly<Record<string, string>> {
  const packing = packingOf(build)
  const needsClass = packing === 'classpath' || packing === 'source' || packing === 'clojure'
  return defined({
    packing,
    mainClass: needsClass ? (build.mainClass ?? classOf(entries[0], repository)) : undefined,
    servlet: packing === 'web' || packing === 'exploded' ? servletOf(build) : undefined,
    jdk: jdkOf(build, version, repository),
    buildFolder: buildFolderOf(build),
  })
}

const bundlers = ['maven-shade-plugin', 'maven-assembly-plugin', 'onejar-maven-plugin', 'vertx-maven-plugin', 'com.github.johnrengelman.shadow', 'com.gradleup.shadow', 'shadow', 'io.ktor.plugin', 'com.github.johnrengelman.plugin-shadow'] // biome-ignore format: a list

function packingOf(build: JavaBuild): Packing | undefined {
  const { manager, start = '', packaging, manifest } = build
  const has = (name: string) => build.dependencies.has(`plugin:${name}`)
  if (manager === 'java') return loosePacking(start, packaging, manifest.path)
  if (has('quarkus-maven-plugin') || has('io.quarkus')) return 'quarkus'
  if (packaging === 'war' && build.start === undefined) return 'web'
  if (packaging === 'ear') return undefined
  if (has('spring-boot-maven-plugin') || has('org.springframework.boot')) return 'boot'
  if (/\binstallDist\b/.test(build.buildCommand ?? '') || start.startsWith('target/universal/stage/')) return 'stage'
  if (manager === 'sbt') return start === 'sbt run' ? 'stage' : 'jar'
  if (start.startsWith('clojure ')) return 'clojure'
  if (bundlers.some(has) || (manager !== 'maven' && manager !== 'gradle')) return 'jar'
  return 'classpath'
}

function loosePacking(start: string, packaging: string, path: string): Packing | undefined {
  if (packaging === 'war') return path.endsWith('.war') ? 'web' : 'exploded'
  if (packaging === 'classes' || start.startsWith('java -jar ')) return 'archive'
  return /^java \S{1,200}\.java$/.test(start) ? 'source' : undefined
}

/** The class of a file with a main method: a file of Kotlin is a class of its own. */
function classOf(path: string | undefined, repository: Repository): string | undefined {
  const text = path === undefined ? undefined : repository.read.text(path)
  if (path === undefined || text === undefined) return undefined
  const home = /^\s{0,4}package\s{1,4}([\w.]{1,200})/m.exec(text.slice(0, 16_384))?.[1]
  const stem = baseName(path).replace(/\.\w{1,8}$/, '')
  const name = path.endsWith('.kt') && /^(?:suspend\s{1,4})?fun\s{1,4}main\b/m.test(text) ? `${stem}Kt` : stem
  return /^\w{1,100}$/.test(name) ? [home, name].filter((part) => part !== undefined).join('.') : undefined
}

/** Servlets changed their package with version 5: a container runs one of the two. */
function servletOf({ dependencies, versions }: JavaBuild): 'javax' | 'jakarta' {
  const major = (name: string) => Number(/^\d{1,4}/.exec(versions?.get(name) ?? '')?.[0] ?? 0)
  const isNew =
    major('jakarta.servlet-api') >= 5 ||
    major('jakarta.jakartaee-api') >= 9 ||
    major('jakarta.jakartaee-web-api') >= 9 ||
    major('spring-webmvc') >= 6 ||
    major('org.springframework.boot') >= 3 ||
    major('plugin:org.springframework.boot') >= 3
  const isOld = ['javax.servlet', 'javax.servlet-api', 'servlet-api', 'javaee-api', 'javaee-web-api'].some((name) => dependencies.has(name))
  return isNew && !isOld ? 'jakarta' : 'javax'
}

/** Where the build command runs, from the module's own folder. */
function buildFolderOf({ home, manifest }: JavaBuild): string | undefined {
  const slash = manifest.path.lastIndexOf('/')
  const own = slash < 0 ? '.' : manifest.path.slice(0, slash)
  if (home === undefined || home === own) return undefined
  return relativeTo(home, own)
    .split('/')
    .map(() => '..')
    .join('/')
}

/** The newest JDK with long support that each Gradle runs on. */
const gradleLimits: readonly (readonly [version: number, jdk: number])[] = [[500, 8], [703, 11], [805, 17], [901, 21]] // biome-ignore format: a table

/** The JDK that the build runs on, where it cannot be the one that the service asks for, or the service asks for none. */
function jdkOf(build: JavaBuild, version: string | undefined, repository: Repository): string | undefined {
  const gradle = build.manager === 'gradle' ? gradleVersion(build.home ?? '.', repository) : undefined
  if (gradle !== undefined && gradle >= 900 && version !== undefined && Number(version) < 17) return '17'
  if (version !== undefined) return undefined
  const limits = [gradle === undefined ? undefined : gradleLimits.find(([below]) => gradle < below)?.[1], springLimit(build)]
  const known = limits.filter((limit) => limit !== undefined)
  return known.length === 0 ? undefined : String(Math.min(...known))
}

/** `8.10` is 810. */
const gradleVersion: (home: string, repository: Repository) => number | undefined = perRepository((home, repository) => {
  const path = joinPath(home, 'gradle/wrapper/gradle-wrapper.properties')
  const text = repository.tree.entries.has(path) ? repository.read.text(path) : undefined
  const [, major, minor = '0'] = /distributionUrl[^\n]{0,200}gradle-(\d{1,2})\.(\d{1,2})/.exec(text ?? '') ?? []
  return major === undefined ? undefined : Number(major) * 100 + Number(minor)
})

/** What older versions of Spring Boot bring along does not compile on every newer JDK. */
function springLimit({ versions }: JavaBuild): number | undefined {
  const stated = ['org.springframework.boot', 'plugin:org.springframework.boot', 'plugin:spring-boot-maven-plugin']
    .map((name) => versions?.get(name))
    .find((version) => version !== undefined)
  const [, major, minor] = /^(\d{1,2})\.(\d{1,2})/.exec(stated ?? '') ?? []
  const version = Number(major) * 100 + Number(minor)
  if (Number.isNaN(version)) return undefined
  if (version < 201) return 8
  if (version < 205) return 11
  return version < 302 ? 17 : undefined
}
