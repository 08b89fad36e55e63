// What a compose file is for: to run what the repository holds, or only what a developer needs beside it.
import { developmentDockerfile, developmentPart, isIdle } from '../../development.ts'
import { perRepository } from '../../memo.ts'
import { isWithin, joinPath, printable, resolvePath } from '../../paths.ts'
import { imageName, languageOfImage } from '../../reading/dockerfile-images.ts'
import { backingOfImage } from '../../relations/kinds.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import type { ComposeFacts, ComposeServiceFacts } from './facts.ts'
import { type ComposeName, developmentFolder } from './file-names.ts'

/** Why a compose file makes no stack. */
export interface Objection {
  readonly fact: string
  readonly evidence: Evidence
}

export interface ComposePlace {
  readonly name: ComposeName
  readonly folder: string
}

/** Undefined when the file is a stack: it builds or runs something of its own, or there is nothing beside it that it could be for. */
export function objectionTo(facts: ComposeFacts, { name, folder }: ComposePlace, repository: Repository): Objection | undefined {
  const [first] = facts.services
  const evidence: Evidence = { path: facts.file, line: 1, fact: name.name }
  if (first === undefined) return { fact: 'declares no services', evidence }
  const missing = name.kind === 'main' ? undefined : missingService(facts)
  if (missing !== undefined) return missing
  if (name.kind === 'development') return { fact: 'is named for development', evidence }
  const development = developmentFolder(folder) ?? developmentPart(folder, { isWhole: isProject(folder, repository) })
  if (development !== undefined) return { fact: `lies in ${printable(development)}, a folder for development`, evidence }
  const kinds = facts.services.map((service) => ({ service, kind: kindOf(service, repository) }))
  const project = projectBeside(folder, repository)
  const workplace = project === undefined ? undefined : workplaceIn(kinds, facts, repository)
  if (workplace !== undefined) return workplace
  if (kinds.some(({ kind }) => kind === 'own' || kind === 'other')) return undefined
  if (project === undefined) return undefined
  const absent = kinds.find(({ kind }) => kind === 'absent')?.service
  const place = absent?.build?.evidence ?? first.evidence
  const fact =
    absent === undefined
      ? `only starts what ${project} needs: ${printable(facts.services.map((service) => service.name).join(', '))}`
      : `builds ${printable(absent.build?.context ?? '')}, which the repository does not hold`
  return { fact, evidence: place }
}

/** What refers to services that it does not hold is laid over another file; Compose refuses it alone. */
function missingService({ services, included }: ComposeFacts): Objection | undefined {
  const names = new Set(services.map(({ name }) => name))
  if (included.length > 0) return undefined
  for (const { name, dependsOn } of services) {
    const absent = dependsOn.find(({ service }) => !names.has(service))
    if (absent === undefined) continue
    const fact = `adds to another compose file: ${printable(name)} needs ${printable(absent.service)}, which is not in it`
    return { fact, evidence: absent.evidence }
  }
  return undefined
}

interface Kinded {
  readonly service: ComposeServiceFacts
  readonly kind: ReturnType<typeof kindOf>
}

/** Why everything that the file builds is a container to work in; undefined when it builds something to serve with, or nothing. */
function workplaceIn(kinds: readonly Kinded[], facts: ComposeFacts, repository: Repository): Objection | undefined {
  const built = kinds.filter(({ service, kind }) => kind === 'own' && (service.build !== undefined || idles(service)))
  const reasons = built.map(({ service }) => ({ service, fact: workplaceFact(service) ?? mountedFact(service, facts, repository) }))
  const [first] = reasons
  if (first?.fact === undefined || reasons.some(({ fact }) => fact === undefined)) return undefined
  return { fact: first.fact, evidence: first.service.build?.evidence ?? first.service.evidence }
}

/**
 * Sources that are mounted over an image which another Dockerfile than the folder's own makes, when the file builds the folder's own nowhere:
 * that one is served, and this one is worked in.
 */
function mountedFact({ name, build, mounts }: ComposeServiceFacts, { services }: ComposeFacts, repository: Repository): string | undefined {
  if (build === undefined || build.isInline || !mounts.some(({ path }) => path === build.context)) return undefined
  const own = joinPath(build.context, 'Dockerfile')
  if (!repository.tree.entries.has(own) || services.some((other) => other.build !== undefined && dockerfileOf(other.build) === own))
    return undefined
  const served = repository.read.dockerfile(own)
  const holds = repository.read.dockerfile(dockerfileOf(build))?.sources.some(({ path }) => path === '.')
  if (served === undefined || holds === true || (served.command === undefined && served.ports.length === 0)) return undefined
  return `${printable(name)} works in mounted sources; ${printable(own)} is what is served`
}

function dockerfileOf({ context, dockerfile = 'Dockerfile' }: NonNullable<ComposeServiceFacts['build']>): string {
  return resolvePath(context, dockerfile) ?? context
}

function workplaceFact(service: ComposeServiceFacts): string | undefined {
  const { build, name } = service
  if (idles(service)) return `${printable(name)} only waits: a container to work in`
  if (build === undefined || build.isInline) return undefined
  const written = (build.dockerfile ?? 'Dockerfile').replace(/^(?:\.\/){1,5}/, '')
  const why = developmentDockerfile(written)
  return why === undefined ? undefined : `${printable(name)} is built for development: ${printable(why)}`
}

function idles({ command, entrypoint }: ComposeServiceFacts): boolean {
  return isIdle(command ?? entrypoint) || isIdle(`${entrypoint ?? ''} ${command ?? ''}`)
}

/**
 * What a service of a compose file is: `own` comes from the repository's folders, `support` is an image of a database or a tool, `absent` is
 * built from what the repository does not hold, `other` is any other image.
 */
export function kindOf(service: ComposeServiceFacts, repository: Repository): 'own' | 'support' | 'absent' | 'other' {
  const { build, image, mounts } = service
  const { entries, folders } = repository.tree
  if (build !== undefined) return folders.has(build.context) || entries.has(build.context) ? 'own' : 'absent'
  if (mounts.some(({ path }) => folders.has(path)) && isRuntime(image)) return 'own'
  return isSupport(image) ? 'support' : 'other'
}

/** Whether an image runs what is mounted into it. */
export function isRuntime(image: string | undefined): boolean {
  const language = languageOfImage(image)
  return language !== undefined && language !== 'database' && language !== 'proxy' && language !== 'static_site'
}

/** Whether an image is a database, a queue, or a tool beside them. */
export function isSupport(image: string | undefined): boolean {
  if (image === undefined) return true
  if (/^(?:test|mock|fake|dev)[-_]|[-_](?:mock|emulator|simulator)$/.test(imageName(image))) return true
  return backingOfImage(image) !== undefined || languageOfImage(image) === 'database' || toolImages.has(imageName(image))
}

/** What people start beside their databases. */
const toolImages = new Set([
  'adminer', 'pgadmin4', 'pgweb', 'phpmyadmin', 'mongo-express', 'redis-commander', 'redisinsight', 'rediscommander', 'kafka-ui', 'akhq', 'kafdrop', 'cloudbeaver', 'dbgate',
  'kibana', 'logstash', 'filebeat', 'fluentd', 'fluent-bit', 'loki', 'promtail', 'tempo', 'alertmanager', 'node-exporter', 'cadvisor', 'opensearch-dashboards', 'schema-registry', 'cp-schema-registry',
  'standalone-chrome', 'standalone-firefox', 'chrome', 'browserless', 'selenium', 'localstack', 'moto', 'mc', 'gcloud-pubsub-emulator', 'pubsub-emulator', 'elasticmq', 'elasticmq-native',
  'mssql-tools', 'wait', 'docker-wait-for-dependencies', 'dockerize', 'ryuk', 'zookeeper', 'cockroach', 'yugabyte', 'tidb', 'citus', 'spanner-emulator', 'cloud-spanner-emulator', 'mockserver', 'wiremock',
  'azure-cosmos-emulator', 'electric', 'supabase', 'stripe-cli', 'soketi', 'gotenberg', 'imgproxy', 'busybox', 'alpine', 'hello-world',
]) // biome-ignore format: a list

/** A language's project that the compose file may be for: in its folder, above or below. */
function projectBeside(folder: string, repository: Repository): string | undefined {
  return projectsIn('', repository).find((path) => isWithin(path, folder) || isWithin(folder, path))
}

const projectManifests = new Set([
  'package.json', 'deno.json', 'deno.jsonc', 'go.mod', 'Cargo.toml', 'pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py', 'setup.cfg', 'manage.py', 'environment.yml', 'mix.exs', 'gleam.toml', 'rebar.config',
  'pom.xml', 'build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts', 'build.sbt', 'project.clj', 'deps.edn', 'composer.json', 'index.php', 'Gemfile', 'config.ru', 'Package.swift',
  'stack.yaml', 'cabal.project', 'package.yaml', 'shard.yml', 'pubspec.yaml', 'CMakeLists.txt', 'meson.build', 'build.zig', 'main.py', 'app.py', 'Directory.Build.props', 'global.json',
]) // biome-ignore format: a list

const projectEndings = /\.(?:cs|fs|vb)proj$|\.slnx?$|\.cabal$|\.gemspec$|\.nimble$/

/** Folders with a language's manifest, the root first. */
const projectsIn = perRepository((_: string, repository): readonly string[] =>
  [...repository.folders.values()]
    .filter(({ files }) => [...files].some((name) => projectManifests.has(name) || projectEndings.test(name)))
    .map(({ path }) => path),
)

/** Whether a folder holds a language's manifest itself. */
export function isProject(folder: string, repository: Repository): boolean {
  return projectsIn('', repository).includes(folder)
}
