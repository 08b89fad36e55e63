// What runs on the JVM without a build file: sources with a main method, scripts for JBang, an archive that somebody else built.
import { sourceScanLimit } from '../../limits.ts'
import { ancestorsOf, baseName, joinPath } from '../../paths.ts'
import { said } from '../../reasons.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, evidenceAt, type Found } from '../script.ts'
import { type JavaBuild, majorVersion, noteArtifact } from './build.ts'

/** Files that make a folder somebody's own project of the JVM. */
export const buildFiles: readonly string[] = ['pom.xml', 'build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts', 'build.sbt', 'project.clj', 'deps.edn', 'build.boot', 'build.xml', 'pom.yml', 'pom.yaml', 'pom.groovy', 'pom.scala', 'pom.kts', 'pom.clj', 'pom.rb', 'pom.json', 'pom.atom', 'build.sc', 'build.mill'] // biome-ignore format: a list

/** Folders that hold other people's archives. */
const archiveFolders = /^(?:libs?|wrapper|ext|plugins?|jars?|bin|dependencies|classes)$/i

export function readArchive(folder: Folder): JavaBuild | undefined {
  const archives = [...folder.files].filter((name) => /\.(?:jar|war)$/.test(name) && !/-(?:sources|javadoc)\.jar$|wrapper\.jar$/.test(name))
  const [archive] = archives
  if (archives.length !== 1 || archive === undefined || archiveFolders.test(baseName(folder.path))) return undefined
  const isWar = archive.endsWith('.war')
  const manifest = {
    path: joinPath(folder.path, archive),
    fact: isWar ? 'an archive for a servlet container' : 'an archive that may be run',
  }
  return {
    manager: 'java',
    manifest,
    name: undefined,
    dependencies: new Map<string, Evidence>(isWar ? [['packaging:war', manifest]] : []),
    packaging: isWar ? 'war' : 'jar',
    runs: { ...manifest, weight: isWar ? 0.45 : 0.2 },
    start: isWar ? undefined : `java -jar ${archive}`,
    reads: [],
  }
}

/** An archive, unpacked: for a servlet container, or one that says which class begins. */
export function readExploded(folder: Folder, repository: Repository): JavaBuild | undefined {
  return readExplodedWar(folder, repository) ?? readExplodedJar(folder, repository)
}

function readExplodedJar(folder: Folder, repository: Repository): JavaBuild | undefined {
  const path = joinPath(folder.path, 'META-INF/MANIFEST.MF')
  if (!folder.folders.has('META-INF') || isInProject(folder.path, repository)) return undefined
  const text = (repository.read.text(path) ?? '').slice(0, sourceScanLimit)
  const entryOf = (key: string) => allMatches(text, new RegExp(`^${key}:[ \\t]{0,4}([\\w.$]{1,200})[ \\t\\r]{0,4}$`, 'gm'))[0]
  const main = entryOf('Main-Class')
  if (main?.groups[0] === undefined) return undefined
  const at = ({ offset }: Found, fact: string) => evidenceAt({ path, text }, offset, fact)
  const [jdk, boot] = [entryOf('Build-Jdk-Spec'), entryOf('Spring-Boot-Version')]
  const dependencies = new Map<string, Evidence>()
  if (boot !== undefined) noteArtifact(dependencies, { name: 'org.springframework.boot', evidence: at(boot, 'Spring Boot') })
  const manifest = at(main, `an unpacked archive that begins in ${main.groups[0]}`)
  return {
    manager: 'java',
    manifest,
    name: undefined,
    ...(jdk === undefined ? {} : { javaVersion: said(majorVersion(jdk.groups[0]), at(jdk, 'built for it')) }),
    dependencies,
    packaging: 'classes',
    mainClass: main.groups[0],
    runs: { ...manifest, weight: boot === undefined ? 0.35 : 0.45 },
    start: `java ${main.groups[0]}`,
    reads: [],
  }
}

function readExplodedWar(folder: Folder, repository: Repository): JavaBuild | undefined {
  const web = joinPath(folder.path, 'WEB-INF')
  if (!folder.folders.has('WEB-INF') || isInProject(folder.path, repository)) return undefined
  const manifest = { path: web, fact: 'an unpacked archive for a servlet container' }
  return {
    manager: 'java',
    manifest,
    name: undefined,
    dependencies: new Map<string, Evidence>([['packaging:war', manifest]]),
    packaging: 'war',
    runs: { ...manifest, weight: 0.45 },
    reads: [],
  }
}

/** Source files of a folder without any build file, in it or above. */
export function readLooseSource(folder: Folder, repository: Repository): JavaBuild | undefined {
  const files = [...folder.files].filter((name) => /\.(?:java|kt|scala|clj)$/.test(name)).sort()
  const likely = files.filter((name) =>
    /^(?:\w{0,40}(?:Main|App|Application|Server|Program)|HelloWorld|Hello|main|app|server|core)\./.test(name),
  )
  const candidates = (likely.length > 0 ? likely : files.length <= 3 ? files : []).slice(0, candidatesLimit)
  const first = candidates.find((name) => hasMain(joinPath(folder.path, name), repository)) ?? candidates[0]
  if (first === undefined || isInProject(folder.path, repository)) return undefined
  const path = joinPath(folder.path, first)
  const dependencies = new Map<string, Evidence>()
  const text = repository.read.text(path) ?? ''
  for (const {
    groups: [group, name = ''],
  } of allMatches(text, /^\/\/DEPS\s{1,8}([\w.-]{1,100}):([\w.-]{1,100})/gm))
    noteArtifact(dependencies, { group, name, evidence: { path, fact: `depends on ${name}` } })
  const isScript = /^\/\/{1,3}\s{0,4}(?:usr\/bin\/env\s{1,4}jbang|DEPS|JAVA)\b/m.test(text)
  return {
    manager: 'java',
    manifest: { path, line: 1, fact: isScript ? 'a script for JBang' : 'source without a build file' },
    name: undefined,
    dependencies,
    packaging: 'jar',
    start: isScript ? `jbang ${first}` : first.endsWith('.java') ? `java ${first}` : undefined,
    reads: [],
    sourceFolders: [],
  }
}

/** Files read to find the one that begins. */
const candidatesLimit = 6

function hasMain(path: string, repository: Repository): boolean {
  const text = repository.read.text(path)?.slice(0, sourceScanLimit) ?? ''
  return /\bstatic\s{1,4}(?:final\s{1,4})?void\s{1,4}main\b|\bvoid\s{1,4}main\s{0,4}\(|\bfun\s{1,4}main\s{0,4}\(|\bdef\s{1,4}main\s{0,4}\(|@main\b|\(defn\s{1,4}-main\b/.test(
    text,
  )
}

function isInProject(path: string, repository: Repository): boolean {
  return [path, ...ancestorsOf(path)].some((folder) => buildFiles.some((name) => repository.folders.get(folder)?.files.has(name)))
}
