// What detection and Compose itself say of the same compose file, in one spelling.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runChild } from '../../../src/child.ts'
import { type ComposeServiceFacts, readCompose } from '../../../src/topology/compose-file.ts'
import { openRepository } from '../../../src/topology/repository.ts'
import { sourceTree } from '../../support/source-tree.ts'

export interface ComparableFacts {
  readonly image: string | null
  readonly build: unknown
  readonly command: string | null
  readonly entrypoint: string | null
  readonly workingDir: string | null
  readonly environment: Readonly<Record<string, string>>
  readonly ports: readonly number[]
  readonly dependsOn: readonly string[]
  readonly profiles: readonly string[]
  readonly mounts: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export type Texts = Readonly<Record<string, string>>

export function factsOf(files: Texts, main: string): Record<string, ComparableFacts> {
  const facts = readCompose(main, openRepository(sourceTree(files)))
  return Object.fromEntries((facts?.services ?? []).map((service) => [service.name, fromFacts(service)]))
}

function fromFacts(service: ComposeServiceFacts): ComparableFacts {
  const { build, image, command, entrypoint, workingDir, environment, dependsOn, links, profiles, mounts, labels } = service
  return {
    image: image ?? null,
    build:
      build === undefined
        ? null
        : [build.context, build.dockerfile ?? (build.isInline ? null : 'Dockerfile'), build.target ?? null, build.args],
    command: plain(command),
    entrypoint: plain(entrypoint),
    workingDir: workingDir ?? null,
    environment: Object.fromEntries(environment.map(({ name, value }) => [name, value])),
    ports: service.ports
      .filter(({ evidence }) => evidence.fact.startsWith('port '))
      .map(({ port }) => port)
      .sort((a, b) => a - b),
    dependsOn: unique([...dependsOn, ...links].map((one) => one.service)),
    profiles: unique(profiles),
    mounts: mounts.map(({ path, target }) => `${path}:${target}`).sort(),
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
  }
}

interface ConfigService {
  readonly image?: string
  readonly build?: { context: string; dockerfile?: string; target?: string; args?: Readonly<Record<string, string | null>> }
  readonly command: readonly string[] | null
  readonly entrypoint: readonly string[] | null
  readonly working_dir?: string
  readonly environment?: Readonly<Record<string, string | null>>
  readonly ports?: readonly { target: number }[]
  readonly expose?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly profiles?: readonly string[]
  readonly volumes?: readonly { type: string; source?: string; target: string }[]
  readonly labels?: Readonly<Record<string, string>>
}

/** What `docker compose config` makes of the files; throws its own words when it refuses them. */
export async function configOf(files: Texts, main: string): Promise<Record<string, ComparableFacts>> {
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-compose-facts-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    const { stdout, stderr, exitCode } = await runChild({
      program: 'docker',
      args: ['compose', '-p', 'kyozo-test', '--profile', '*', '-f', join(folder, main), 'config', '--format', 'json'],
      env: { HOME: folder },
      deadlineMs: 20_000,
    })
    if (exitCode !== 0) throw new Error(`docker compose config: ${String(stderr)}`)
    const config = JSON.parse(stdout.toString('utf8').replaceAll('$$', '$')) as { services?: Record<string, ConfigService> }
    return Object.fromEntries(Object.entries(config.services ?? {}).map(([name, service]) => [name, fromConfig(service, folder)]))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function fromConfig(service: ConfigService, folder: string): ComparableFacts {
  const { build, image, command, entrypoint, environment = {}, ports = [], expose = [], volumes = [], labels = {} } = service
  const inside = (path: string) => (path === folder ? '.' : path.replace(`${folder}/`, ''))
  const bound = volumes.filter(({ type, source }) => type === 'bind' && (source === folder || source?.startsWith(`${folder}/`)))
  const exposed = expose.map((port) => Number.parseInt(port, 10))
  return {
    image: image ?? null,
    build: build === undefined ? null : [inside(build.context), build.dockerfile ?? null, build.target ?? null, texts(build.args ?? {})],
    command: plain(command?.join(' ')),
    entrypoint: plain(entrypoint?.join(' ')),
    workingDir: service.working_dir ?? null,
    environment: texts(environment),
    ports: [...new Set([...ports.map(({ target }) => target), ...exposed])].sort((a, b) => a - b),
    dependsOn: unique(Object.keys(service.depends_on ?? {})),
    profiles: unique(service.profiles ?? []),
    mounts: bound.map(({ source = '', target }) => `${inside(source)}:${target.replace(/(?<=.)\/$/, '')}`).sort(),
    labels,
  }
}

function texts(values: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? '']))
}

/** Detection keeps a command as one line; how its words are quoted is not compared. */
function plain(text: string | undefined): string | null {
  const words = text
    ?.replaceAll(/["'\\]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return words === undefined || words === '' ? null : words
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}
