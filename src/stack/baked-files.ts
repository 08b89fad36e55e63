// A compose file mounts files of the repository into a container. There is no work tree to mount from, and a mount would change under a
// running container: the files become the last layer of an image instead. It is immutable, a read-only container can have it, a change of a
// file makes a new key for exactly the services that read it, and `docker compose up` in a clone makes the same.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import type { ComposeModelFile } from '../topology/compose/model.ts'
import { isWithin, joinPath, relativeTo } from '../topology/paths.ts'
import { byCodeUnit, sha256 } from './canonical.ts'
import { dockerignoreOf } from './dockerignore.ts'
import type { BuildInput } from './stack.ts'

export interface Baking {
  readonly service: string
  /** The build that the files are added to, or the image. */
  readonly base: BuildInput | string
  readonly files: readonly ComposeModelFile[]
  /** Where the container has volumes and memory-backed folders; they would hide what the image holds below. */
  readonly folders: readonly string[]
  readonly tree: SourceTree
  /** The compose file, for messages. */
  readonly file: string
}

/** The build of the image with the files in it. Throws `compose_refused` for a place that no file can be put at. */
export function bakeFiles(baking: Baking): BuildInput {
  const base = typeof baking.base === 'string' ? imageBase(baking.base) : baking.base
  if (base.target !== undefined)
    throw refuse(baking, `${baking.service} builds the stage ${base.target} and mounts files of the repository`)
  const isLeftOut = dockerignoreOf(baking.tree, { context: base.context, dockerfile: joinPath(base.context, 'Dockerfile') })
  const files = [...baking.files].sort((a, b) => byCodeUnit(a.target, b.target))
  const copied = files.filter((file) => canCopy(file, { tree: baking.tree, context: base.context, isLeftOut }))
  const lines = files.map((file) => (copied.includes(file) ? copyLine(file, { base, baking }) : writeLine(file, baking)))
  return {
    ...base,
    files: [...new Set([...base.files, ...copied.map(({ source }) => source ?? '')])].sort(byCodeUnit),
    dockerfile: `${base.dockerfile.trimEnd()}\n${lines.join('\n')}\n`,
  }
}

function imageBase(image: string): BuildInput {
  return { context: '.', files: [], dockerfile: `FROM ${image}\n`, args: {} }
}

interface Place {
  readonly tree: SourceTree
  readonly context: string
  readonly isLeftOut: (pathInContext: string) => boolean
}

/** A file that the builder is sent anyway is copied; one from elsewhere is written into the Dockerfile. */
function canCopy({ source }: ComposeModelFile, { tree, context, isLeftOut }: Place): boolean {
  if (source === undefined || !tree.entries.get(source)?.mode.startsWith('100')) return false
  const isBelow = isWithin(source, context)
  return isBelow && !isLeftOut(relativeTo(context, source)) && isPlainPath(relativeTo(context, source))
}

function copyLine(file: ComposeModelFile, { base, baking }: { base: BuildInput; baking: Baking }): string {
  const source = relativeTo(base.context, file.source ?? '')
  return `COPY ${flagsOf(file)}${JSON.stringify([source, targetOf(file, baking)])}`
}

/** A quoted delimiter keeps the builder from reading anything in the content. */
function writeLine(file: ComposeModelFile, baking: Baking): string {
  const target = targetOf(file, baking)
  if (target.includes(' ')) throw refuse(baking, `${baking.service} mounts a file at "${target}", which has a space in its name`)
  const end = `END_${sha256(file.content).slice(0, 16)}`
  const content = file.content.endsWith('\n') || file.content === '' ? file.content : `${file.content}\n`
  return `COPY ${flagsOf(file)}<<"${end}" ${target}\n${content}${end}`
}

function flagsOf({ mode, uid, gid }: ComposeModelFile): string {
  const owner = uid === undefined && gid === undefined ? '' : `--chown=${uid ?? '0'}:${gid ?? '0'} `
  return `${owner}${mode === undefined ? '' : `--chmod=${mode} `}`
}

function targetOf({ target }: ComposeModelFile, baking: Baking): string {
  if (!target.startsWith('/') || !isPlainPath(target))
    throw refuse(baking, `${baking.service} mounts a file at "${target}", which is not a plain path`)
  const hiding = baking.folders.find((folder) => isWithin(target, folder.replace(/\/+$/, '')))
  if (hiding !== undefined) throw refuse(baking, `${baking.service} mounts a file at ${target}, inside the volume at ${hiding}`)
  return target
}

/** Without the characters that a Dockerfile gives a meaning to. */
function isPlainPath(path: string): boolean {
  return /^[^\p{C}$"'`\\*?[\]<>]+$/u.test(path) && path.trim() === path
}

function refuse({ service, file }: Baking, problem: string): KyozoError {
  return new KyozoError('compose_refused', `${file}: ${problem}; kyozo cannot put the files into its image`, {
    service,
    hint: 'copy the file in a Dockerfile of the service instead of mounting it',
  })
}
