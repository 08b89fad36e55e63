// How a Node folder starts in production, and the file where it begins.
import { fileInCommand, findDockerfile } from '../dockerfiles.ts'
import { ancestorsOf, joinPath, resolvePath } from '../paths.ts'
import { stringAt } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { type PackageJson, readPackageJson } from './package-json.ts'
import { nodeFiles } from './source.ts'

/** Commands of a development machine or of a workspace's orchestrator; a start script that runs one says nothing about a service here. */
const notProduction =
  /(?:^|[\s&;])(?:turbo|nx|lerna|concurrently|nodemon|ts-node-dev|vite(?!\s{1,4}(?:preview|build))|webpack(?:-dev-server)?|react-scripts|ng|vue-cli-service|gatsby|parcel|expo|electron|docusaurus|vitepress|storybook|(?:npm|pnpm|yarn)\b[^&|;]{0,60}(?:--workspaces?|--filter|-w|-r|--recursive|workspaces?)|next\s{1,4}dev|nuxt\s{1,4}dev|astro\s{1,4}dev)(?=$|[\s&;=])/

export interface NodeStart {
  /** As production runs it: the script's own command, so that no package manager stands between the signal and the process. */
  readonly command: string
  readonly evidence: Evidence
}

export function findNodeStart(manifest: PackageJson): NodeStart | undefined {
  for (const name of ['start:prod', 'start:production', 'start']) {
    const command = manifest.scripts.get(name)
    if (command === undefined || notProduction.test(command)) continue
    return {
      command: name === 'start' && !isPlain(command) ? 'npm start' : isPlain(command) ? command : `npm run ${name}`,
      evidence: manifest.at(`scripts/${name}`, `start script: ${command.slice(0, 80)}`),
    }
  }
  return undefined
}

/** Whether a script is one program with arguments, which runs without a shell and without npm. */
function isPlain(command: string): boolean {
  return /^(?:node|tsx|ts-node|bun|next|nuxt|nest|remix-serve|react-router-serve|astro|strapi|node_modules\/\.bin\/\w{1,40})(?:\s[^&|;<>$`"'\\]{0,300})?$/.test(
    command,
  )
}

/** Files that a server usually begins in, best first. */
const usualEntries = ['server', 'index', 'app', 'main', 'worker', 'src/server', 'src/index', 'src/main', 'src/app', 'src/worker', 'bin/www', 'lib/server', 'server/index'] // biome-ignore format: a list

/** The entry files: what the start command names (its source where it names a compiled file), else `main`, else the usual names. */
export function findNodeEntries(folder: string, manifest: PackageJson | undefined, repository: Repository): string[] {
  const commands = ['start:prod', 'start:production', 'start', 'worker', 'serve'].map((name) => manifest?.scripts.get(name) ?? '')
  const named = commands.flatMap((command) => command.match(/[\w@./-]{1,200}\.[mc]?[jt]sx?\b/g) ?? [])
  const bare = commands.flatMap((command) => /\bnode\s{1,4}(?:--[\w=./-]{1,80}\s{1,4}){0,6}([\w./-]{1,200})$/.exec(command)?.[1] ?? [])
  const main = stringAt(manifest?.file.data, 'main')
  const exists = (path: string) => repository.tree.entries.has(path)
  for (const reference of [...named, ...bare, ...(main === undefined ? [] : [main])]) {
    const file = [reference, ...sourcesOf(reference)].flatMap((name) => nodeFiles(name, folder)).find(exists)
    if (file !== undefined) return [file]
  }
  for (const name of usualEntries) {
    const file = nodeFiles(name, folder).find((path) => exists(path) && path !== joinPath(folder, name))
    if (file !== undefined) return [file]
  }
  const home = repository.folders.get(folder)
  const command = home === undefined ? undefined : findDockerfile(home, repository)?.command?.text
  const run = fileInCommand(command, /[\w./-]{1,200}\.[mc]?[jt]s\b/)
  if (run !== undefined && exists(joinPath(folder, run))) return [joinPath(folder, run)]
  const www = resolvePath(folder, 'bin/www')
  return www !== undefined && exists(www) ? [www] : []
}

/** `dist/server.js` is compiled from `src/server.ts` or `server.ts`. */
function sourcesOf(reference: string): string[] {
  const compiled = /^(?:\.\/)?(?:dist|build|lib|out|\.build)\/(?:src\/)?(.{1,200})\.([mc]?)js$/.exec(reference)
  const inner = compiled?.[1] ?? /^(?:\.\/)?(?:dist|build|out)\/(.{1,200})$/.exec(reference)?.[1]
  return inner === undefined ? [] : [`src/${inner}.ts`, `${inner}.ts`, `src/${inner}.js`, `src/${inner}`]
}

/** A folder without a package.json below one whose program begins elsewhere is a part of that program. */
export function isPartOfPackage(folder: string, repository: Repository): boolean {
  const above = ancestorsOf(folder).find((path) => repository.folders.get(path)?.files.has('package.json'))
  return above !== undefined && findNodeEntries(above, readPackageJson(above, repository), repository).length > 0
}
