import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import type { ComposeModelMount, ComposeModelService } from '../../../src/topology/compose/model.ts'
import { type OrdinaryDocument, ordinaryDocuments } from './ordinary-documents.ts'
import { readText } from './reading.ts'

/** What both readers say of a service, in one spelling. */
interface Comparable {
  readonly environment: Readonly<Record<string, string>>
  readonly ports: readonly string[]
  readonly dependsOn: Readonly<Record<string, string>>
  readonly mounts: readonly string[]
  readonly command: readonly string[] | null
  readonly entrypoint: readonly string[] | null
  readonly healthcheck: unknown
  readonly networks: readonly string[]
  readonly limits: unknown
  readonly restart: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly build: unknown
}

/** The part of `docker compose config` that is compared. */
interface ComposeService {
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly { target: number; published?: string; protocol: string }[]
  readonly depends_on?: Readonly<Record<string, { condition: string }>>
  readonly volumes?: readonly { type: string; source?: string; target: string; read_only?: boolean }[]
  readonly tmpfs?: readonly string[]
  readonly command: readonly string[] | null
  readonly entrypoint: readonly string[] | null
  readonly healthcheck?: {
    test?: readonly string[]
    disable?: boolean
    interval?: string
    timeout?: string
    retries?: number
    start_period?: string
  }
  readonly networks?: Readonly<Record<string, unknown>>
  readonly mem_limit?: string
  readonly cpus?: number
  readonly pids_limit?: number
  readonly scale?: number
  readonly deploy?: { resources?: { limits?: { cpus?: number | string; memory?: string } } }
  readonly restart?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly build?: { context: string; dockerfile: string; target?: string; args?: Readonly<Record<string, string>> }
}

describe('kyozo reads as Compose does', () => {
  it.each(ordinaryDocuments)('$title', async (document) => {
    const { folder, services } = await composeConfig(document)
    const model = readText(document.text, document)
    const ours = Object.fromEntries(Object.entries(model.services).map(([name, service]) => [name, fromModel(service)]))
    const theirs = Object.fromEntries(Object.entries(services).map(([name, service]) => [name, fromCompose(service, folder)]))
    expect(ours).toEqual(theirs)
  })
})

async function composeConfig({
  text,
  files = {},
  variables = {},
}: OrdinaryDocument): Promise<{ folder: string; services: Record<string, ComposeService> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-compose-'))
  try {
    for (const [path, file] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), typeof file === 'string' ? file : file.text)
    }
    const { stdout, stderr, exitCode } = await runChild({
      program: 'docker',
      args: [
        'compose',
        '--env-file',
        '/dev/null',
        '-p',
        'kyozo-test',
        '--project-directory',
        folder,
        '-f',
        '-',
        'config',
        '--format',
        'json',
      ],
      env: { HOME: folder, ...variables },
      input: text,
      deadlineMs: 20_000,
    })
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' })
    const config = JSON.parse(stdout.toString('utf8').replaceAll('$$', '$')) as { services: Record<string, ComposeService> }
    return { folder, services: config.services }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function fromModel(service: ComposeModelService): Comparable {
  const { healthcheck, resources } = service
  return {
    environment: service.environment,
    ports: service.ports.map(({ target, protocol, published }) => `${published ?? ''}:${target}/${protocol}`).sort(),
    dependsOn: Object.fromEntries(Object.entries(withLinks(service)).map(([name, { condition }]) => [name, conditions[condition]])),
    mounts: service.mounts.flatMap(fromMount).sort(),
    command: service.command ?? null,
    entrypoint: service.entrypoint ?? null,
    healthcheck: healthcheck && [
      healthcheck.isDisabled,
      healthcheck.test ?? null,
      healthcheck.intervalMs ?? null,
      healthcheck.timeoutMs ?? null,
      healthcheck.retries ?? null,
      healthcheck.startPeriodMs ?? null,
    ],
    networks: Object.keys(service.networks).sort(),
    limits: [resources.memoryBytes ?? null, resources.cpus ?? null, resources.pids ?? null, service.replicas],
    restart: service.restart,
    labels: service.labels,
    build: service.build && [service.build.context, service.build.dockerfile, service.build.target ?? null, service.build.args],
  }
}

/** Compose adds a dependency for each link. */
function withLinks({ dependsOn, links }: ComposeModelService): ComposeModelService['dependsOn'] {
  const linked = links.map(({ service }) => [service, { condition: 'started', required: true } as const] as const)
  return { ...Object.fromEntries(linked), ...dependsOn }
}

const conditions = { started: 'service_started', healthy: 'service_healthy', completed: 'service_completed_successfully' } as const

/** Files become content, which Compose has no word for: they are asserted where the model is. */
function fromMount(mount: ComposeModelMount): string[] {
  if (mount.kind === 'volume') return [`volume ${mount.volume} ${mount.target} ${mount.isReadOnly}`]
  return mount.kind === 'tmpfs' ? [`tmpfs ${mount.target}`] : []
}

function fromCompose(service: ComposeService, folder: string): Comparable {
  const { healthcheck: check, deploy, build } = service
  const limits = deploy?.resources?.limits
  const inside = (path: string) => path.replace(`${folder}/`, '').replace(folder, '.')
  const volumes = (service.volumes ?? []).filter(({ type }) => type !== 'bind')
  const tmpfs = (service.tmpfs ?? []).map((text) => `tmpfs ${text.split(':')[0]}`)
  const memory = service.mem_limit ?? limits?.memory
  return {
    environment: service.environment ?? {},
    ports: (service.ports ?? []).map(({ target, published, protocol }) => `${published ?? ''}:${target}/${protocol}`).sort(),
    dependsOn: Object.fromEntries(Object.entries(service.depends_on ?? {}).map(([name, { condition }]) => [name, condition])),
    mounts: [
      ...volumes.map((volume) =>
        volume.type === 'tmpfs' ? `tmpfs ${volume.target}` : `volume ${volume.source} ${volume.target} ${volume.read_only ?? false}`,
      ),
      ...tmpfs,
    ].sort(),
    command: service.command,
    entrypoint: service.entrypoint,
    healthcheck: check && [
      check.disable ?? false,
      check.test ?? null,
      milliseconds(check.interval),
      milliseconds(check.timeout),
      check.retries ?? null,
      milliseconds(check.start_period),
    ],
    networks: Object.keys(service.networks ?? {}).sort(),
    limits: [
      memory === undefined ? null : Number(memory),
      numberOrNull(service.cpus ?? limits?.cpus),
      service.pids_limit ?? null,
      service.scale ?? 1,
    ],
    restart: service.restart,
    labels: service.labels ?? {},
    build: build && [inside(build.context), inside(join(build.context, build.dockerfile)), build.target ?? null, build.args ?? {}],
  }
}

function numberOrNull(value: number | string | undefined): number | null {
  return value === undefined ? null : Number(value)
}

function milliseconds(text: string | undefined): number | null {
  if (text === undefined) return null
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? []
  return (Number(minutes) * 60 + Number(seconds)) * 1000
}
