// Which program runs a package: Node.js, or Bun.
import { ancestorsOf, joinPath } from '../paths.ts'
import { stringAt } from '../reading/data.ts'
import type { SourceFacts } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import type { PackageJson } from './package-json.ts'

export interface Runtime {
  readonly type: 'nodejs' | 'bun'
  /** Why it is Bun; Node.js needs no reason. */
  readonly evidence?: Evidence
}

/** Scripts that production may run, most telling first. */
const startScripts = ['start:prod', 'start:production', 'start', 'serve']

/** Bun when the start command or the source says so; a lockfile of Bun's says it only where no command of Node's contradicts. */
export function findRuntime(
  manifest: PackageJson | undefined,
  source: SourceFacts,
  place: { folder: Folder; repository: Repository },
): Runtime {
  const api = [...source.imports].find(([module]) => module === 'bun' || module.startsWith('bun:'))?.[1]
  if (source.listens?.fact.includes('Bun.serve')) return { type: 'bun', evidence: source.listens }
  if (api !== undefined) return { type: 'bun', evidence: api }
  if (manifest === undefined) return { type: 'nodejs' }
  if (stringAt(manifest.file.data, 'engines', 'bun') !== undefined && stringAt(manifest.file.data, 'engines', 'node') === undefined)
    return { type: 'bun', evidence: manifest.at('engines/bun', 'asks for Bun') }
  const script = startScripts.find((name) => manifest.scripts.has(name))
  const command = manifest.scripts.get(script ?? '') ?? ''
  if (script !== undefined && /^(?:NODE_ENV=\w{1,20}\s{1,4})?bunx?\s{1,4}(?!run\s{1,4}[\w:-]{1,40}$)/.test(command))
    return { type: 'bun', evidence: manifest.at(`scripts/${script}`, `start script: ${command.slice(0, 80)}`) }
  const isNode = /^(?:[A-Z_]{1,40}=\S{0,40}\s{1,4})?(?:node|tsx|ts-node|next|nuxt|nest)\b/.test(command)
  const lockfile = isNode ? undefined : bunFile(manifest, place)
  return lockfile === undefined ? { type: 'nodejs' } : { type: 'bun', evidence: lockfile }
}

/** Bun's own lockfile, nearest first, where no other package manager's is; its types; or a version that the manifest asks for. */
function bunFile(manifest: PackageJson, { folder, repository }: { folder: Folder; repository: Repository }): Evidence | undefined {
  const types = ['@types/bun', 'bun-types'].find((name) => manifest.devDependencies.has(name) || manifest.dependencies.has(name))
  const others = ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml']
  const declared = stringAt(manifest.file.data, 'packageManager')
  if (declared !== undefined && !declared.startsWith('bun@')) return undefined
  for (const path of [folder.path, ...ancestorsOf(folder.path)]) {
    const files = repository.folders.get(path)?.files
    if (files === undefined || others.some((name) => files.has(name))) return undefined
    const name = ['bun.lock', 'bun.lockb', 'bunfig.toml', '.bun-version'].find((candidate) => files.has(candidate))
    if (name !== undefined) return { path: joinPath(path, name), fact: `${name}: installed and run by Bun` }
  }
  if (types !== undefined) return manifest.at(`devDependencies/${types}`, `${types} in devDependencies`)
  return declared === undefined ? undefined : manifest.at('packageManager', declared.slice(0, 40))
}
