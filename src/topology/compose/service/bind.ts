// Binds. Nothing of the host is mounted; a file or small folder of the repository becomes read-only content.
import { closedMap } from '../apply-policy.ts'
import { contentOf, filesBelow, pathInside, whyNot } from '../files.ts'
import { folderFilesLimit } from '../limits.ts'
import type { Located, Place } from '../located.ts'
import type { ComposeModelFile } from '../model.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { textOf } from '../values.ts'
import { shown } from '../wording.ts'
import { checkedTarget } from './target.ts'

export function readBind(scope: Scope, at: Place, asked: { source: string; target: string }): ComposeModelFile[] {
  const target = checkedTarget(scope, at, asked.target)
  const path = pathInside(scope, at, { path: asked.source, rule: 'bind', what: 'the bind of' })
  if (path === undefined || target === undefined) return []
  const isFolder = scope.tree.folders.has(path)
  const files = isFolder ? filesBelow(scope.tree, path) : [path]
  const instead = 'copy it into the image with the Dockerfile, or use a named volume for data'
  if (files === undefined) {
    return (
      refuse(scope, at, { rule: 'bind', message: `the folder ${shown(path)} has more than ${folderFilesLimit} files; ${instead}` }) ?? []
    )
  }
  const mounts = files.flatMap((file) => {
    const content = contentOf(scope, file)
    if (content.kind === 'text')
      return [{ kind: 'file', source: file, target: isFolder ? below(target, path, file) : target, content: content.text } as const]
    const why = whyNot(content)
    if (why !== undefined) refuse(scope, at, { rule: 'bind', message: `${shown(file)} cannot be mounted: it ${why}; ${instead}` })
    return []
  })
  if (mounts.length > 0)
    differ(scope, at, {
      change: `${shown(asked.source)} is a read-only copy of the commit’s content`,
      reason: 'no work tree is checked out, so nothing could be mounted from one',
    })
  return mounts
}

function below(target: string, folder: string, file: string): string {
  return `${target}/${folder === '.' ? file : file.slice(folder.length + 1)}`
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
