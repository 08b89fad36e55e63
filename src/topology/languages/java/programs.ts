// Where a program of the JVM begins: the class that the build names, or a file that has a main method.
import { sourceScanLimit } from '../../limits.ts'
import { baseName, joinPath } from '../../paths.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { JavaBuild } from './build.ts'

export interface Programs {
  /** Files with a main method, the likeliest first; the first few that were looked at. */
  readonly entries: readonly string[]
  /** Files that were read and have none, the likeliest first. */
  readonly others: readonly string[]
  readonly hasSource: boolean
  /** Files that go by the name of what answers whether it is well. */
  readonly health: readonly string[]
}

/** Folders walked below one source folder, and files read to find where it begins. */
const foldersLimit = 300
const likelyLimit = 6
const readLimit = 8

const sourceFile = /\.(?:java|kt|scala|groovy|clj|cljc)$/
const usualFolders = ['src/main/java', 'src/main/kotlin', 'src/main/scala', 'src/main/groovy', 'src/main/clojure', 'src/jvmMain/kotlin', 'src/main', 'app', 'src'] // biome-ignore format: a list
const likelyName =
  /(?:Application|App|Main|Server|Launcher|Bootstrap|Starter|Program|Verticle|Runner|Boot|Startup)(?:Kt)?\.\w{1,8}$|^(?:main|core|server|app|system|handler)\.\w{1,5}$/
const healthName =
  /^(?:Health|Ping|Status|Heartbeat|Alive|Liveness|Readiness)\w{0,30}\.(?:java|kt|scala|groovy)$|^(?:Index|Home|Root|Main|App|Application)(?:Controller|Resource)\.(?:java|kt)$/
const healthLimit = 3
const begins =
  /\bstatic\s{1,4}(?:final\s{1,4})?void\s{1,4}main\b|\bfun\s{1,4}main\s{0,4}\(|\bextends\s{1,4}(?:[\w.]{1,80}\.)?(?:App|IOApp|IOApp\.Simple|ZIOAppDefault|ZIOApp|TwitterServer|HttpServer|MainVerticle|AbstractVerticle|JavaServer)\b|\bdef\s{1,4}main\s{0,4}\(|^@main\b|@SpringBootApplication\b|@QuarkusMain\b|\(defn\s{1,4}\^?\S{0,20}\s{0,4}-main\b|^\s{0,4}void\s{1,4}main\s{0,4}\(|\bAbstractVerticle\b|\bCoroutineVerticle\b|@ApplicationPath\b/m

export function findPrograms(folder: Folder, build: JavaBuild, repository: Repository): Programs {
  const files = sourceFiles(folder, build.sourceFolders ?? usualFolders, repository)
  const named = namedFile(build.mainClass, files)
  const health = files.filter((path) => healthName.test(baseName(path))).slice(0, healthLimit)
  const [likely, rest] = [files.filter((path) => likelyName.test(baseName(path))), files.filter((path) => !likelyName.test(baseName(path)))]
  const first = [...named, ...likely].slice(0, likelyLimit)
  const found = first.filter((path) => beginsIn(path, repository))
  if (found.length > 0)
    return { entries: unique([...named.filter((path) => found.includes(path)), ...found]), others: [], hasSource: true, health }
  const more = unique([...first, ...rest]).slice(0, readLimit)
  const entries = more.filter((path) => beginsIn(path, repository))
  return { entries, others: more.filter((path) => !entries.includes(path)), hasSource: files.length > 0, health }
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)]
}

function beginsIn(path: string, repository: Repository): boolean {
  return begins.test(repository.read.text(path)?.slice(0, sourceScanLimit) ?? '')
}

/** The file of a class or namespace by its name: `a.b.MainKt` lies in `a/b/Main.kt`, `a.b-c` in `a/b_c.clj`. */
function namedFile(mainClass: string | undefined, files: readonly string[]): string[] {
  if (mainClass === undefined) return []
  const path = mainClass.replace(/\$.{0,100}$/, '').replaceAll('.', '/')
  const stems = [path, path.replace(/Kt$/, ''), path.replaceAll('-', '_')].map((stem) => `/${stem}`)
  const exact = files.filter((file) => stems.some((stem) => `/${file}`.replace(sourceFile, '').endsWith(stem)))
  if (exact.length > 0) return exact.slice(0, 1)
  const name = baseName(path).replace(/Kt$/, '')
  return files.filter((file) => baseName(file).replace(sourceFile, '') === name).slice(0, 1)
}

/** Source files below the source folders, the shallowest first. */
function sourceFiles(folder: Folder, places: readonly string[], repository: Repository): string[] {
  for (const place of places) {
    const files = filesBelow(joinPath(folder.path, place), repository)
    if (files.length > 0) return [...new Set([...files, ...ownFiles(folder)])]
  }
  return ownFiles(folder)
}

function ownFiles(folder: Folder): string[] {
  return [...folder.files]
    .filter((name) => sourceFile.test(name) && name !== 'build.clj' && name !== 'user.clj')
    .sort()
    .map((name) => joinPath(folder.path, name))
}

function filesBelow(root: string, repository: Repository): string[] {
  const queue = [root]
  const skipped = new Set(/(?:^|\/)(?:src|main|app)$/.test(root) ? ['test', 'it', 'webapp', 'resources'] : [])
  const files: string[] = []
  for (let at = 0; at < queue.length && at < foldersLimit; at++) {
    const folder = repository.folders.get(queue[at] as string)
    if (folder === undefined) continue
    for (const name of [...folder.files].sort())
      if (sourceFile.test(name) && name !== 'package-info.java') files.push(joinPath(folder.path, name))
    for (const name of [...folder.folders].sort()) if (!skipped.has(name)) queue.push(joinPath(folder.path, name))
  }
  return files
}
