// A stack of a test's own on the real engine: its instance id is nobody else's, and everything that carries it is removed in the end.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { createDockerEngine } from '../../src/engine/docker/docker-engine.ts'
import type { ComposeFiles, CreateRequest, Engine, StackIdentity } from '../../src/engine/engine.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'

/** The smallest image there is with a shell, a web server and nc; one of the base images of the tests. */
export const busyboxImage = 'busybox:stable'

export interface TestStack {
  readonly docker: Docker
  readonly engine: Engine
  readonly identity: StackIdentity
  readonly stacksDir: string
  /** Compose files of hardened BusyBox services; each says what differs from the ordinary. */
  files(services: Readonly<Record<string, ServiceText>>, more?: Partial<ComposeFiles>): ComposeFiles
  /** Creates and starts containers of a service, and returns them running. */
  run(
    files: ComposeFiles,
    service: string,
    options?: Partial<Pick<CreateRequest, 'count' | 'withAlias'>>,
  ): Promise<readonly ObservedContainer[]>
  remove(): Promise<void>
}

export interface ServiceText {
  /** What `sh -c` runs. Default answers HTTP on port 8080 with the content of `version`. */
  readonly script?: string
  readonly version?: string
  readonly more?: Readonly<Record<string, unknown>>
  readonly labels?: Readonly<Record<string, string>>
}

export async function testStack(): Promise<TestStack> {
  const docker = new Docker()
  const id = randomBytes(4).toString('hex')
  const identity = { instance: `test-${id}`, workspace: `w${id}`, environment: 'production', project: `kyozo-w${id}-production` }
  const stacksDir = await mkdtemp(join(tmpdir(), 'kyozo-stacks-'))
  const engine = createDockerEngine({ stacksDir, instance: identity.instance, log: { info: () => undefined, warn: () => undefined } })
  return {
    docker,
    engine,
    identity,
    stacksDir,
    files: (services, more) => composeFiles(identity, services, more),
    run: async (files, service, options) => {
      await engine.prepare(files, [])
      const created = await engine.create({ files, service, count: 1, withAlias: true, ...options })
      const ids = created.map((container) => container.id)
      await engine.start(ids)
      return engine.inspect(ids)
    },
    remove: async () => {
      await removeLabelled(docker, identity.instance)
      await rm(stacksDir, { recursive: true, force: true })
    },
  }
}

/** A web server whose one page says which version of the service it is. */
export function serves(version: string): string {
  return `mkdir -p /tmp/www && echo -n ${version} > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www`
}

function composeFiles(
  identity: StackIdentity,
  services: Readonly<Record<string, ServiceText>>,
  more: Partial<ComposeFiles> = {},
): ComposeFiles {
  const entries = Object.entries(services)
  const document = Object.fromEntries(entries.map(([name, service]) => [name, serviceDocument(service)]))
  const overlay = Object.fromEntries(entries.map(([name, service]) => [name, serviceOverlay(identity, name, service)]))
  return {
    identity,
    document: JSON.stringify({ services: document, volumes: { data: {} } }),
    overlay: JSON.stringify({ services: overlay }),
    variables: {},
    ...more,
  }
}

function serviceDocument(service: ServiceText): Readonly<Record<string, unknown>> {
  return {
    command: ['sh', '-c', (service.script ?? serves(service.version ?? 'one')).replaceAll('$', '$$$$')],
    init: true,
    stop_grace_period: '2s',
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    mem_limit: '64m',
    ...service.more,
  }
}

function serviceOverlay(identity: StackIdentity, name: string, service: ServiceText): Readonly<Record<string, unknown>> {
  return {
    image: busyboxImage,
    ports: ['127.0.0.1::8080'],
    labels: {
      'kyozo.instance': identity.instance,
      'kyozo.workspace': identity.workspace,
      'kyozo.environment': identity.environment,
      'kyozo.service': name,
      'kyozo.release': 'release-1',
      'kyozo.revision': 'abc123',
      'kyozo.config-hash': `v1:${name}`,
      'kyozo.generation': '7',
      ...service.labels,
    },
  }
}

async function removeLabelled(docker: Docker, instance: string): Promise<void> {
  const filters = { label: [`kyozo.instance=${instance}`] }
  const containers = await docker.listContainers({ all: true, filters })
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
  const networks = await docker.listNetworks({ filters })
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()))
  const { Volumes } = await docker.listVolumes({ filters })
  await Promise.all((Volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove()))
  const images = await docker.listImages({ filters })
  await Promise.all(images.map(({ Id }) => docker.getImage(Id).remove({ force: true })))
}

/** Asks again until the answer is there; throws what was last seen at the deadline. */
export async function eventually<T>(question: () => Promise<T | undefined> | T | undefined, deadlineMs = 30_000): Promise<T> {
  const end = Date.now() + deadlineMs
  for (;;) {
    const answer = await question()
    if (answer !== undefined) return answer
    if (Date.now() > end) throw new Error(`it did not happen within ${deadlineMs} ms: ${question}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
