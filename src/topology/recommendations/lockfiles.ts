// A manifest without a lockfile installs something else every day.
import { ancestorsOf, joinPath } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Recommendation, ServiceSpec, ServiceType } from '../topology.ts'
import { forEachService } from './rule.ts'

interface Locking {
  readonly types: readonly ServiceType[]
  readonly manifest: string
  readonly lockfiles: readonly string[]
  /** The command that writes it; `{manager}` is the service's package manager. */
  readonly command: string
  /** Whether the manifest has anything to lock. Default is always. */
  readonly hasDependencies?: RegExp
}

const lockings: readonly Locking[] = [
  { types: ['nodejs', 'static_site'], manifest: 'package.json', lockfiles: ['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb', 'package-lock.json', 'npm-shrinkwrap.json'], command: '{manager} install' },
  { types: ['bun'], manifest: 'package.json', lockfiles: ['bun.lock', 'bun.lockb'], command: 'bun install', hasDependencies: /"dependencies"\s{0,4}:/ },
  { types: ['python'], manifest: 'Pipfile', lockfiles: ['Pipfile.lock'], command: 'pipenv lock' },
  { types: ['python'], manifest: 'pyproject.toml', lockfiles: ['uv.lock', 'poetry.lock', 'pdm.lock', 'pylock.toml', 'requirements.txt'], command: '{manager} lock', hasDependencies: /^dependencies\s{0,4}=\s{0,4}\[\s{0,200}["']|^\[tool\.poetry\.dependencies\]/m },
  { types: ['ruby'], manifest: 'Gemfile', lockfiles: ['Gemfile.lock'], command: 'bundle lock' },
  { types: ['php'], manifest: 'composer.json', lockfiles: ['composer.lock'], command: 'composer update', hasDependencies: /"[a-z0-9][\w.-]{0,60}\/[\w.-]{1,60}"\s{0,4}:/ },
  { types: ['rust'], manifest: 'Cargo.toml', lockfiles: ['Cargo.lock'], command: 'cargo generate-lockfile', hasDependencies: /^\[(?:workspace\.)?dependencies/m },
  { types: ['golang'], manifest: 'go.mod', lockfiles: ['go.sum'], command: 'go mod tidy', hasDependencies: /^\s{0,8}(?:require\s{1,4})?[\w.-]{1,60}\.[a-z]{2,10}\/[^\s]{1,100}\s{1,4}v\d/m },
  { types: ['elixir'], manifest: 'mix.exs', lockfiles: ['mix.lock'], command: 'mix deps.get', hasDependencies: /\{:\w{1,60},\s{0,4}"/ },
  { types: ['dart'], manifest: 'pubspec.yaml', lockfiles: ['pubspec.lock'], command: 'dart pub get', hasDependencies: /^dependencies:/m },
  { types: ['crystal'], manifest: 'shard.yml', lockfiles: ['shard.lock'], command: 'shards install', hasDependencies: /^dependencies:/m },
  { types: ['gleam'], manifest: 'gleam.toml', lockfiles: ['manifest.toml'], command: 'gleam deps download' },
  { types: ['swift'], manifest: 'Package.swift', lockfiles: ['Package.resolved'], command: 'swift package resolve', hasDependencies: /\.package\s{0,4}\(\s{0,40}url/ },
] // biome-ignore format: a table

export const adviseLockfile = forEachService((service, repository): Recommendation | undefined => {
  const { type, path, build, packageManager, evidence } = service
  const files = repository.folders.get(path)?.files
  const locking = lockings.find(({ types, manifest }) => types.includes(type) && files?.has(manifest) === true)
  if (locking === undefined || build.kind !== 'template' || isLocked(service, locking, repository)) return undefined
  const isManaged = locking.command.includes('{manager}')
  if (isManaged && (packageManager === undefined || packageManager === 'pip')) return undefined
  const manifest = joinPath(path, locking.manifest)
  const line = evidence.find((fact) => fact.path === manifest)?.line
  return {
    code: 'no_lockfile',
    message: `${manifest} has no lockfile, so two builds of the same commit can install different versions.`,
    fix: `Run \`${locking.command.replace('{manager}', packageManager ?? '')}\` in ${path} and commit the lockfile.`,
    evidence: [{ path: manifest, ...(line === undefined ? {} : { line }), fact: 'no lockfile beside it or above it' }],
  }
})

function isLocked({ path }: ServiceSpec, { lockfiles, manifest, hasDependencies }: Locking, repository: Repository): boolean {
  const places = [path, ...ancestorsOf(path)]
  if (places.some((place) => lockfiles.some((name) => repository.folders.get(place)?.files.has(name) === true))) return true
  return hasDependencies !== undefined && !hasDependencies.test((repository.read.text(joinPath(path, manifest)) ?? '').slice(0, 64 * 1024))
}
