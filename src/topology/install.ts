// The command that installs what a service's manifest lists, as its lockfile wants it. Data: add a row, no code.
import { ancestorsOf, joinPath } from './paths.ts'
import { type Said, usual } from './reasons.ts'
import type { Repository } from './repository.ts'
import type { ServiceType } from './topology.ts'

interface Installer {
  /** Any of these files; `*.x` matches by ending. */
  readonly files: readonly string[]
  readonly command: string
  /** Files beside it that make it another one. */
  readonly unless?: string
}

const node: readonly Installer[] = [
  { files: ['pnpm-lock.yaml'], command: 'pnpm install --frozen-lockfile' },
  { files: ['yarn.lock'], unless: '.yarnrc.yml', command: 'yarn install --frozen-lockfile' },
  { files: ['yarn.lock'], command: 'yarn install --immutable' },
  { files: ['bun.lock', 'bun.lockb'], command: 'bun install --frozen-lockfile' },
  { files: ['package-lock.json', 'npm-shrinkwrap.json'], command: 'npm ci' },
]

const python: readonly Installer[] = [
  { files: ['uv.lock'], command: 'uv sync --frozen' },
  { files: ['poetry.lock'], command: 'poetry install --only main' },
  { files: ['pdm.lock'], command: 'pdm sync --prod' },
  { files: ['Pipfile.lock'], command: 'pipenv sync' },
  { files: ['requirements.txt'], command: 'pip install -r requirements.txt' },
]

/** What is locked, by type of service; the nearest folder counts. */
const locked: Readonly<Partial<Record<ServiceType, readonly Installer[]>>> = {
  nodejs: node,
  bun: node,
  static_site: [...node, { files: ['Gemfile.lock'], command: 'bundle install' }, ...python],
  deno: [{ files: ['deno.lock'], command: 'deno install --frozen' }],
  python,
  golang: [{ files: ['go.mod'], command: 'go mod download' }],
  rust: [{ files: ['Cargo.lock'], command: 'cargo fetch --locked' }],
  ruby: [{ files: ['Gemfile.lock'], command: 'bundle install' }],
  php: [{ files: ['composer.lock'], command: 'composer install --no-dev' }],
  elixir: [{ files: ['mix.lock'], command: 'mix deps.get --only prod' }],
  gleam: [{ files: ['manifest.toml'], command: 'gleam deps download' }],
  haskell: [{ files: ['stack.yaml'], command: 'stack build --only-dependencies' }],
  swift: [{ files: ['Package.resolved'], command: 'swift package resolve' }],
  dart: [{ files: ['pubspec.lock'], command: 'dart pub get --enforce-lockfile' }],
  crystal: [{ files: ['shard.lock'], command: 'shards install --production --frozen' }],
}

/** What is only listed. */
const listed: Readonly<Partial<Record<ServiceType, readonly Installer[]>>> = {
  nodejs: [{ files: ['package.json'], command: 'npm install' }],
  bun: [{ files: ['package.json'], command: 'bun install' }],
  static_site: [{ files: ['package.json'], command: 'npm install' }, { files: ['Gemfile'], command: 'bundle install' }],
  deno: [{ files: ['deno.json', 'deno.jsonc'], command: 'deno install' }],
  python: [{ files: ['pyproject.toml', 'setup.py'], command: 'pip install .' }],
  rust: [{ files: ['Cargo.toml'], command: 'cargo fetch' }],
  ruby: [{ files: ['Gemfile', 'gems.rb'], command: 'bundle install' }],
  java: [
    { files: ['mvnw'], command: './mvnw dependency:go-offline' },
    { files: ['pom.xml'], command: 'mvn dependency:go-offline' },
    { files: ['gradlew'], command: './gradlew dependencies' },
    { files: ['build.gradle', 'build.gradle.kts'], command: 'gradle dependencies' },
    { files: ['build.sbt'], command: 'sbt update' },
    { files: ['project.clj'], command: 'lein deps' },
    { files: ['deps.edn'], command: 'clojure -P' },
  ],
  php: [{ files: ['composer.json'], command: 'composer install --no-dev' }],
  dotnet: [{ files: ['*.sln', '*.slnx', '*.csproj', '*.fsproj', '*.vbproj'], command: 'dotnet restore' }],
  elixir: [{ files: ['mix.exs'], command: 'mix deps.get --only prod' }],
  gleam: [{ files: ['gleam.toml'], command: 'gleam deps download' }],
  haskell: [{ files: ['cabal.project', '*.cabal'], command: 'cabal build --only-dependencies' }],
  swift: [{ files: ['Package.swift'], command: 'swift package resolve' }],
  zig: [{ files: ['build.zig.zon'], command: 'zig build --fetch' }],
  dart: [{ files: ['pubspec.yaml'], command: 'dart pub get' }],
  crystal: [{ files: ['shard.yml'], command: 'shards install --production' }],
  cpp: [{ files: ['conanfile.txt', 'conanfile.py'], command: 'conan install . --build=missing' }, { files: ['vcpkg.json'], command: 'vcpkg install' }],
} // biome-ignore format: a table

export interface Installed {
  readonly type: ServiceType
  readonly path: string
  /** Whether the folder has a manifest of its own; without one nothing is installed for it. */
  readonly hasManifest: boolean
  /** What installs, when somebody says so. Default is whatever there is a lockfile or a list for. */
  readonly manager?: string | undefined
}

/** Undefined where nothing is installed: for plain files, for what stands for others, and where no manifest lists anything. */
export function installCommandOf({ type, path, hasManifest, manager }: Installed, repository: Repository): Said<string> | undefined {
  if (!hasManifest) return undefined
  const isMeant = ({ command }: Installer) => manager === undefined || managerIn(command) === manager
  return find((locked[type] ?? []).filter(isMeant), path, repository) ?? find((listed[type] ?? []).filter(isMeant), path, repository)
}

/** Everything that installs for a type. */
export function managersOf(type: ServiceType): string[] {
  const commands = [...(locked[type] ?? []), ...(listed[type] ?? [])].map(({ command }) => managerIn(command))
  return [...new Set(commands)]
}

/** The lockfile that a manager cannot do without, when it is not there. */
export function needsLockfile(installed: Installed, repository: Repository): string | undefined {
  if (installCommandOf(installed, repository) !== undefined) return undefined
  const own = (locked[installed.type] ?? []).find(({ command }) => managerIn(command) === installed.manager)
  return own?.files[0]
}

/** Lockfiles of the managers that do not install, when one is said to. */
export function lockfilesOfOthers(type: ServiceType, manager: string): string[] {
  return (locked[type] ?? []).flatMap(({ files, command }) => (managerIn(command) === manager ? [] : files))
}

function managerIn(command: string): string {
  const [program = ''] = command.split(' ', 1)
  return managersByProgram[program] ?? program
}

/** Where the program is called otherwise. */
const managersByProgram: Readonly<Record<string, string>> = {
  bundle: 'bundler',
  mvn: 'maven',
  './mvnw': 'maven',
  './gradlew': 'gradle',
}

function find(installers: readonly Installer[], path: string, repository: Repository): Said<string> | undefined {
  if (installers.length === 0) return undefined
  for (const place of [path, ...ancestorsOf(path)]) {
    const files = repository.folders.get(place)?.files
    if (files === undefined) continue
    for (const { files: names, command, unless } of installers) {
      const name = names.map((mark) => fileOf(mark, files)).find((found) => found !== undefined)
      if (name === undefined || (unless !== undefined && files.has(unless))) continue
      return usual(command, { path: joinPath(place, name), fact: name }, `what ${name} is installed by`)
    }
  }
  return undefined
}

function fileOf(mark: string, files: ReadonlySet<string>): string | undefined {
  if (!mark.startsWith('*')) return files.has(mark) ? mark : undefined
  return [...files].sort().find((name) => name.endsWith(mark.slice(1)))
}
