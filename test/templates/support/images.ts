// Builds a rendered template with the real builder and runs it as strictly as kyozo does.
import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { runChild } from '../../../src/child.ts'
import { renderTemplate } from '../../../src/stack/render-template.ts'
import type { RenderedTemplate, Template } from '../../../src/stack/template.ts'
import { loadTemplates } from '../../../src/templates.ts'
import type { ServiceSpec } from '../../../src/topology/topology.ts'
import { sourceTree } from '../../support/source-tree.ts'
import { until } from '../../support/until.ts'
import { type Files, shortHash } from './services.ts'

const templates = await loadTemplates()
const buildDeadlineMs = 280_000

export function templateNamed(name: string): Template {
  const template = templates.find((candidate) => candidate.name === name)
  if (template === undefined) throw new Error(`there is no template ${name}`)
  return template
}

/** By the template that detection would choose: the one named like the service's type. */
export function render(service: ServiceSpec, files: Files): RenderedTemplate {
  return renderTemplate(templateNamed(service.type), { service, tree: treeOf(files) })
}

function treeOf(files: Files) {
  return sourceTree(Object.fromEntries([...files.keys()].sort().map((path) => [path, ''])))
}

export interface BuiltImage {
  readonly image: string
  readonly rendered: RenderedTemplate
  /** The steps that the builder took from its cache, as their Dockerfile text. */
  readonly cached: readonly string[]
  /** The steps that it ran. */
  readonly ran: readonly string[]
}

/** Sends what the template names, or `sent`, as Compose does when it builds in somebody's clone. */
export async function buildImage(service: ServiceSpec, files: Files, sent?: readonly string[]): Promise<BuiltImage> {
  const rendered = render(service, files)
  const image = `kyozo-template-test/${service.name}:${shortHash(rendered.dockerfile + [...files].join('\0'))}`
  const args = ['buildx', 'build', '--progress=plain', '--load', '--provenance=false', '--tag', image, '--file', 'Dockerfile.kyozo', '-']
  const result = await docker(args, contextOf({ ...rendered, files: sent ?? rendered.files }, files))
  if (result.exitCode !== 0) throw new Error(`building ${image} failed:\n${result.stderr.slice(-4000)}`)
  return { image, rendered, ...stepsOf(result.stderr) }
}

export async function removeImage(image: string): Promise<void> {
  await docker(['image', 'rm', '--force', image])
}

function contextOf(rendered: RenderedTemplate, files: Files): Readable {
  const tar = pack()
  tar.entry({ name: 'Dockerfile.kyozo' }, rendered.dockerfile)
  for (const path of rendered.files) {
    const name = rendered.context === '.' ? path : path.slice(rendered.context.length + 1)
    tar.entry({ name, mtime: new Date(0) }, files.get(path) ?? Buffer.alloc(0))
  }
  tar.finalize()
  return Readable.from(tar)
}

/** Steps of the plain progress output: `#7 [build 2/5] RUN …`, then `#7 CACHED` or `#7 DONE`. */
function stepsOf(output: string): { cached: string[]; ran: string[] } {
  const names = new Map<string, string>()
  for (const [, id = '', step = ''] of output.matchAll(/^#(\d+) \[[^\]]*\d+\/\d+\] (.*)$/gm)) names.set(id, step)
  const cachedIds = new Set([...output.matchAll(/^#(\d+) CACHED$/gm)].map(([, id]) => id))
  const steps = [...names]
  return {
    cached: steps.filter(([id]) => cachedIds.has(id)).map(([, step]) => step),
    ran: steps.filter(([id]) => !cachedIds.has(id)).map(([, step]) => step),
  }
}

export interface RunningContainer {
  readonly id: string
  /** Sends a request to the service's port, and tries again until it answers or the deadline passes. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
  readonly logs: () => Promise<string>
  /** The exit code of a command inside. */
  readonly exec: (command: readonly string[]) => Promise<number | null>
  readonly stop: () => Promise<void>
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly network?: string
}

export async function runContainer(built: BuiltImage, { environment = {}, network }: RunOptions = {}): Promise<RunningContainer> {
  const { rendered, image } = built
  const confinement = [
    '--read-only',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    '--init',
    '--memory',
    '256m',
    '--pids-limit',
    '256',
  ]
  const mounts = rendered.writableFolders.flatMap((folder) => ['--tmpfs', `${folder}:size=16m,noexec,nosuid,nodev`])
  const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const port = rendered.port === undefined ? [] : ['--publish', `127.0.0.1::${rendered.port}`]
  const joined = network === undefined ? [] : ['--network', network]
  const id = await dockerText(['run', '--detach', ...confinement, ...mounts, ...variables, ...port, ...joined, image])
  return {
    id,
    ask: (path, init) => ask({ id, port: rendered.port, path, init }),
    logs: async () => {
      const { stdout, stderr } = await docker(['logs', id])
      return stdout.toString('utf8') + stderr
    },
    exec: async (command) => (await docker(['exec', id, ...command])).exitCode,
    stop: async () => void (await docker(['rm', '--force', '--volumes', id])),
  }
}

interface Question {
  readonly id: string
  readonly port: number | undefined
  readonly path: string
  readonly init: RequestInit | undefined
}

async function ask({ id, port, path, init }: Question): Promise<Response> {
  const published = (await dockerText(['port', id, String(port)])).split('\n')[0] ?? ''
  return until(`an answer to ${path}`, async () => {
    try {
      return await fetch(`http://${published}${path}`, { ...init, signal: AbortSignal.timeout(10_000) })
    } catch (error) {
      const state = await dockerText(['inspect', '--format', '{{.State.Status}}', id])
      if (state !== 'running') throw new Error(`the container is ${state}: ${(await docker(['logs', id])).stderr}`, { cause: error })
      return undefined
    }
  })
}

export async function dockerText(args: readonly string[]): Promise<string> {
  const result = await docker(args)
  if (result.exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`)
  return result.stdout.toString('utf8').trim()
}

function docker(args: readonly string[], input?: Readable) {
  const home = { HOME: process.env.HOME ?? '/root' }
  return runChild({ program: 'docker', args, env: home, deadlineMs: buildDeadlineMs, ...(input === undefined ? {} : { input }) })
}
