// Files that a document carries as `configs` with `content`. Compose copies them into a container when it starts it (2.40: a container that
// is only created has none); kyozo starts containers itself, so it does the same.
import { posix } from 'node:path'
import { pack } from 'tar-stream'
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { CreateRequest } from '../engine.ts'
import { allEnded } from './all-ended.ts'
import { type ComposePaths, lastWords, runCompose } from './compose.ts'
import { ask, type DockerContext } from './context.ts'
import { readServiceModel } from './document.ts'
import { refusal } from './errors.ts'

const resolvedModel = z.object({
  configs: z.record(z.string(), z.object({ content: z.string().optional() })).default({}),
  services: z.record(
    z.string(),
    z.object({
      configs: z
        .array(
          z.object({
            source: z.string(),
            target: z.string().optional(),
            uid: z.string().optional(),
            gid: z.string().optional(),
            mode: z.union([z.string(), z.number()]).optional(),
          }),
        )
        .default([]),
    }),
  ),
})

interface ConfigFile {
  readonly path: string
  readonly content: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

interface Target {
  readonly paths: ComposePaths
  readonly containers: readonly string[]
}

export async function fillConfigs(context: DockerContext, request: CreateRequest, { paths, containers }: Target): Promise<void> {
  if (!readServiceModel(request.files, request.service).hasConfigs) return
  const files = await resolveConfigs(context, request, paths)
  const archive = await archiveOf(files)
  await allEnded(
    containers.map((id) =>
      ask({ tried: `put the config files of ${request.service} into its container` }, (abortSignal) =>
        context.docker.getContainer(id).putArchive(archive, { path: '/', abortSignal }),
      ),
    ),
  )
}

/** Compose itself says what the files hold, so that variables and escapes mean what they mean to it. */
async function resolveConfigs(context: DockerContext, request: CreateRequest, paths: ComposePaths): Promise<readonly ConfigFile[]> {
  const result = await runCompose(context, request.files, { paths, args: ['config', '--format', 'json'], deadlineMs: 30_000 })
  if (result.exitCode !== 0) throw refusal(lastWords(result.stderr), { tried: `read the config files of ${request.service}` })
  const model = readModel(result.stdout)
  return (model.services[request.service]?.configs ?? []).map((config) => {
    const content = model.configs[config.source]?.content
    if (content === undefined)
      throw new KyozoError('engine_refused', `the config ${config.source} of ${request.service} has no content in the document`)
    return {
      path: posix.join('/', config.target ?? config.source).slice(1),
      // The output is a compose document again, with its dollar signs escaped.
      content: content.replaceAll('$$', '$'),
      mode: typeof config.mode === 'number' ? config.mode : Number.parseInt(config.mode ?? '0444', 8),
      uid: Number(config.uid ?? 0),
      gid: Number(config.gid ?? 0),
    }
  })
}

function readModel(output: Buffer): z.infer<typeof resolvedModel> {
  try {
    return resolvedModel.parse(JSON.parse(output.toString('utf8')))
  } catch (error) {
    throw new KyozoError('engine_refused', 'Compose printed a document that kyozo cannot read', {
      hint: 'kyozo needs Docker Compose 2.40 or a later 2.x',
      cause: error,
    })
  }
}

async function archiveOf(files: readonly ConfigFile[]): Promise<Buffer> {
  const archive = pack()
  for (const { path, content, mode, uid, gid } of files) archive.entry({ name: path, mode, uid, gid }, content)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
