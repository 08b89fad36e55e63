// A compose file mounts files of the repository into a container. There is no work tree to mount from, and a mount would change under a
// running container: the files become the last layer of an image instead. It is immutable, a read-only container can have it, a change of a
// file makes a new key for exactly the services that read it, and `docker compose up` in a clone makes the same.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import { pathsBelow } from '../git/tree-node.ts'
import { writtenFilesLimit } from '../topology/compose/limits.ts'
import type { ComposeModelFile, ComposeModelFolder, ComposeModelMount } from '../topology/compose/model.ts'
import { isWithin, joinPath, relativeTo } from '../topology/paths.ts'
import { byCodeUnit, sha256 } from './canonical.ts'
import { committedFile } from './committed/file.ts'
import { stageNames, userOf } from './dockerfile.ts'
import { dockerignoreOf } from './dockerignore.ts'
import type { BuildInput } from './stack.ts'

/** What of the repository a service mounts. */
export type BakedMount = ComposeModelFile | ComposeModelFolder

export interface Baking {
  readonly service: string
  /** The build that the files are added to, or the image. */
  readonly base: BuildInput | string
  readonly mounts: readonly BakedMount[]
  /** Where the container has volumes and memory-backed folders; they would hide what the image holds below. */
  readonly volumes: readonly string[]
  /** The user that the compose file names. */
  readonly user?: string
  readonly tree: SourceTree
  /** The compose file, for messages. */
  readonly file: string
}

export function isBaked(mount: ComposeModelMount): mount is BakedMount {
  return mount.kind === 'file' || mount.kind === 'folder'
}

/** The build of the image with the files in it. Throws `compose_refused` for what cannot be put there. */
export function bakeFiles(baking: Baking): BuildInput {
  const { target, ...base } = typeof baking.base === 'string' ? imageBase(baking.base) : baking.base
  const dockerfile = `${base.dockerfile.trimEnd()}\n${target === undefined ? '' : `${stageOn(target, base.dockerfile, baking)}\n`}`
  const isLeftOut = dockerignoreOf(baking.tree, { context: base.context, dockerfile: joinPath(base.context, 'Dockerfile') })
  const place: Place = {
    baking,
    context: base.context,
    isSent: (path) => isWithin(path, base.context) && !isLeftOut(relativeTo(base.context, path)),
    user: literalUser(baking.user ?? userOf(dockerfile)),
  }
  const layers = [...baking.mounts].sort((a, b) => byCodeUnit(a.target, b.target)).map((mount) => layerOf(mount, place))
  return {
    ...base,
    files: [...new Set([...base.files, ...layers.flatMap(({ files }) => files)])].sort(byCodeUnit),
    dockerfile: `${dockerfile}${layers.flatMap(({ lines }) => lines).join('\n')}\n`,
  }
}

function imageBase(image: string): BuildInput {
  return { context: '.', files: [], dockerfile: `FROM ${image}\n`, args: {} }
}

/** The stage that is built goes on in one of its own. Only a stage of the same file is: any other name would be an image. */
function stageOn(target: string, dockerfile: string, baking: Baking): string {
  const names = stageNames(dockerfile)
  const name = /^\d{1,4}$/.test(target) ? names[Number(target)] : names.find((stage) => stage === target.toLowerCase())
  // While the Dockerfile is still to be loaded it has no stages.
  if (name !== undefined || dockerfile.trim() === '') return `FROM ${name ?? 'scratch'}`
  throw refuse(baking, baking.mounts[0], {
    problem: `${baking.service} builds the stage ${JSON.stringify(target)}, which its Dockerfile does not name`,
    hint: 'correct `target`, or give the stage a name with `AS` in the Dockerfile',
  })
}

interface Place {
  readonly baking: Baking
  readonly context: string
  /** Whether the builder is given a file of the repository. */
  readonly isSent: (path: string) => boolean
  readonly user: string | undefined
}

interface Layer {
  readonly files: readonly string[]
  readonly lines: readonly string[]
}

function layerOf(mount: BakedMount, place: Place): Layer {
  const target = targetOf(mount, place.baking)
  return mount.kind === 'file' ? fileLayer(mount, { ...place, target }) : folderLayer(mount, { ...place, target })
}

type TargetPlace = Place & { readonly target: string }

/** A file that the builder is sent anyway is copied; one from elsewhere is written into the Dockerfile. */
function fileLayer(file: ComposeModelFile, { target, ...place }: TargetPlace): Layer {
  const { source } = file
  const isCopied = source !== undefined && canCopy(source, place)
  if (isCopied) return { files: [source], lines: [copyLine(flagsOf(file), relativeTo(place.context, source), target)] }
  if (file.content !== undefined) return { files: [], lines: [writeLine(file, { target, content: file.content, baking: place.baking })] }
  throw refuseUnsent(file, source ?? target, place)
}

function canCopy(source: string, { baking, context, isSent }: Place): boolean {
  return (baking.tree.entries.get(source)?.mode.startsWith('100') ?? false) && isSent(source) && isPlainPath(relativeTo(context, source))
}

/** A folder is copied at once. What the builder is not given of it is written if it is little, as settings are, else left out. */
function folderLayer(folder: ComposeModelFolder, { target, ...place }: TargetPlace): Layer {
  const { baking, context, isSent, user } = place
  const below = pathsBelow(baking.tree.root, folder.source).filter((path) => path !== committedFile)
  const isReachable = isWithin(folder.source, context) && isPlainPath(relativeTo(context, folder.source))
  const files = isReachable ? below.filter(isSent) : []
  const owner = folder.isReadOnly || user === undefined ? '' : `--chown=${user} `
  const copied = files.length === 0 ? [] : [copyLine(owner, relativeTo(context, folder.source), `${target}/`)]
  const rest = below.length - files.length
  const isWritten = rest > 0 && rest <= writtenFilesLimit
  const sent = new Set(files)
  const texts = isWritten ? below.filter((path) => !sent.has(path)).map((path) => ({ path, content: baking.tree.text(path) })) : []
  const written = texts.flatMap(({ path, content }) => {
    const inside = joinPath(target, relativeTo(folder.source, path))
    return content === undefined ? [] : [writeLine(folder, { target: inside, content, baking })]
  })
  const isIncomplete = written.length < rest && files.length === 0 && baking.tree.wanted.size === 0
  if (isIncomplete) throw refuseUnsent(folder, folder.source, place)
  return { files, lines: [...copied, ...written] }
}

function refuseUnsent(mount: BakedMount, source: string, { baking, context, isSent }: Place): KyozoError {
  const why =
    isWithin(source, context) && !isSent(source)
      ? '.dockerignore keeps it from the builder'
      : `it lies outside of the build's context ${context}`
  return refuse(baking, mount, {
    problem: `${baking.service} mounts ${source}, and ${why}`,
    hint: `copy it in a Dockerfile of the service, or ${why.startsWith('.') ? 'remove the line from .dockerignore' : 'build with a context that holds it'}`,
  })
}

function copyLine(flags: string, source: string, target: string): string {
  return `COPY ${flags}${JSON.stringify([source, target])}`
}

/** A quoted delimiter keeps the builder from reading anything in the content. */
function writeLine(mount: BakedMount, { target, content, baking }: { target: string; content: string; baking: Baking }): string {
  if (target.includes(' '))
    throw refuse(baking, mount, { problem: `${baking.service} mounts a file at "${target}", which has a space in its name` })
  const end = `END_${sha256(content).slice(0, 16)}`
  const whole = content.endsWith('\n') || content === '' ? content : `${content}\n`
  return `COPY ${mount.kind === 'file' ? flagsOf(mount) : ''}<<"${end}" ${target}\n${whole}${end}`
}

function flagsOf({ mode, uid, gid }: ComposeModelFile): string {
  const owner = uid === undefined && gid === undefined ? '' : `--chown=${uid ?? '0'}:${gid ?? '0'} `
  return `${owner}${mode === undefined ? '' : `--chmod=${mode} `}`
}

/** A user that the image can be asked for by name or number. */
function literalUser(user: string | undefined): string | undefined {
  return user !== undefined && /^[\w.-]{1,64}(?::[\w.-]{1,64})?$/.test(user) ? user : undefined
}

function targetOf(mount: BakedMount, baking: Baking): string {
  const { target } = mount
  if (!target.startsWith('/') || !isPlainPath(target))
    throw refuse(baking, mount, { problem: `${baking.service} mounts a file at "${target}", which is not a plain path` })
  const hiding = baking.volumes.find((folder) => isWithin(target, folder.replace(/\/+$/, '')))
  if (hiding === undefined) return target
  throw refuse(baking, mount, { problem: `${baking.service} mounts a file at ${target}, inside the volume at ${hiding}` })
}

/** Without the characters that a Dockerfile gives a meaning to. */
function isPlainPath(path: string): boolean {
  return /^[^\p{C}$"'`\\*?[\]<>]+$/u.test(path) && path.trim() === path
}

interface Refusal {
  readonly problem: string
  readonly hint?: string
}

function refuse({ service, file }: Baking, mount: BakedMount | undefined, { problem, hint }: Refusal): KyozoError {
  const at = mount?.place === undefined ? file : `${mount.place.file}:${mount.place.line}:${mount.place.column}`
  return new KyozoError('compose_refused', `${at}: ${problem}; kyozo cannot put the files into its image`, {
    service,
    hint: hint ?? 'copy the file in a Dockerfile of the service instead of mounting it',
  })
}
