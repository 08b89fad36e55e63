// Binds. Nothing of the host is mounted: a file or folder of the repository becomes a part of the service's image, which the builder copies there.
import { nodeAt, pathsBelow } from '../../../git/tree-node.ts'
import { isWithin } from '../../paths.ts'
import { closedMap } from '../apply-policy.ts'
import { contentOf, pathInside, whyNot } from '../files.ts'
import { mountedFilesLimit } from '../limits.ts'
import type { Located, Place } from '../located.ts'
import type { ComposeModelFile, ComposeModelFolder } from '../model.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { textOf } from '../values.ts'
import { shown } from '../wording.ts'
import { checkedTarget } from './target.ts'

/** What people want who mount something of the machine: to keep data, to hand over settings, or to steer the engine. */
function insteadOf(source: string): string {
  if (/(?:docker|podman|containerd)\.sock\/?$/.test(source)) return 'remove it: it hands the container the engine and so the machine'
  return 'keep data in a named volume, and files that it only reads in the repository'
}

interface AskedBind {
  readonly source: string
  readonly target: string
  readonly isReadOnly: boolean
}

const instead = 'copy it into the image with the Dockerfile, or use a named volume for data'

export function readBind(scope: Scope, at: Place, asked: AskedBind): (ComposeModelFile | ComposeModelFolder)[] {
  const target = checkedTarget(scope, at, asked.target)
  const path = pathInside(scope, at, { path: asked.source, rule: 'bind', what: 'the bind of', instead: insteadOf(asked.source) })
  if (path === undefined || target === undefined) return []
  const mount = scope.tree.folders.has(path)
    ? bindFolder(scope, at, { ...asked, source: path, target })
    : bindFile(scope, at, { source: path, target })
  if (mount === undefined) return []
  differ(scope, at, {
    change: `${shown(asked.source)} is a read-only copy of the commit’s content`,
    reason: 'no work tree is checked out, so nothing could be mounted from one',
  })
  return [mount]
}

/** The text of a small file is kept: then it can stand in a Dockerfile whose context does not hold it. */
function bindFile(scope: Scope, at: Place, { source, target }: { source: string; target: string }): ComposeModelFile | undefined {
  const content = contentOf(scope, source)
  if (content.kind === 'text') return { kind: 'file', source, target, content: content.text, place: at }
  if (content.kind === 'opaque') return { kind: 'file', source, target, place: at }
  const why = whyNot(content)
  if (why === undefined) return undefined
  return refuse(scope, at, { rule: 'bind', message: `${shown(source)} cannot be mounted: it ${why}; ${instead}` })
}

function bindFolder(scope: Scope, at: Place, { source, target, isReadOnly }: AskedBind): ComposeModelFolder | undefined {
  const count = nodeAt(scope.tree.root, source)?.fileCount ?? 0
  const fail = (message: string) => refuse(scope, at, { rule: 'bind', message: `${message}; ${instead}` })
  if (count > mountedFilesLimit) return fail(`the folder ${shown(source)} has more than ${mountedFilesLimit} files`)
  const link = linksIn(scope).find((path) => isWithin(path, source))
  if (link !== undefined) return fail(`${shown(link)} cannot be mounted: it is a symbolic link or a submodule`)
  return { kind: 'folder', source, target, isReadOnly, place: at }
}

/** What leads out of a folder, in the whole commit: looked for once, however many folders are mounted. */
function linksIn({ tree, seen }: Scope): readonly string[] {
  seen.links ??= pathsBelow(tree.root, '.').filter((path) => !tree.entries.get(path)?.mode.startsWith('100'))
  return seen.links
}

/** Whether the options of a long bind leave the host alone. */
export function isBindPlain(scope: Scope, node: Located | undefined): boolean {
  if (node === undefined) return true
  const keys = closedMap(scope, node, { what: 'a bind', keys: ['propagation', 'create_host_path', 'recursive', 'selinux'] })
  const propagation = keys?.get('propagation')
  const mode = propagation && textOf(scope, propagation)
  if (!propagation || mode === undefined || mode === 'rprivate' || mode === 'private') return true
  refuse(scope, propagation.place, { rule: 'bind', message: `the propagation ${shown(mode)} reaches the host; remove it` })
  return false
}
