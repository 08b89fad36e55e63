// `configs` and `secrets` of a service: which entry of the top-level map appears where in the container.
import { closedMap, refuseShape } from '../apply-policy.ts'
import type { FileReference } from '../draft.ts'
import type { Located } from '../located.ts'
import { refuse, type Scope } from '../scope.ts'
import { itemsOf, modeOf, textOf } from '../values.ts'
import { shown } from '../wording.ts'

export function readFileReferences(scope: Scope, node: Located, kind: FileReference['kind']): FileReference[] {
  return itemsOf(scope, node).flatMap((item) => readReference(scope, item, kind) ?? [])
}

function readReference(scope: Scope, node: Located, kind: FileReference['kind']): FileReference | undefined {
  if (node.kind !== 'map') {
    const source = textOf(scope, node)
    return source === undefined ? undefined : { kind, source, target: targetOf(kind, source), place: node.place }
  }
  const keys = closedMap(scope, node, { what: `an entry of \`${kind}\``, keys: ['source', 'target', 'mode', 'uid', 'gid'] })
  const text = (key: string) => {
    const value = keys?.get(key)
    return value && textOf(scope, value)
  }
  const source = text('source')
  if (source === undefined) return refuseShape(scope, node.place, `an entry of \`${kind}\` needs a \`source\``)
  const target = targetOf(kind, text('target') ?? source)
  if (target.split('/').includes('..') || /[\0\n]/.test(target)) {
    return refuse(scope, node.place, {
      rule: kind === 'configs' ? 'config' : 'secret',
      message: `${shown(target)} is not a path in the container`,
    })
  }
  const modeNode = keys?.get('mode')
  const mode = modeNode && modeOf(scope, modeNode)
  const [uid, gid] = [text('uid'), text('gid')]
  return {
    kind,
    source,
    target,
    place: node.place,
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  }
}

/** Configs stand at the root, secrets in /run/secrets, unless the target is absolute. */
function targetOf(kind: FileReference['kind'], target: string): string {
  if (target.startsWith('/')) return target
  return kind === 'configs' ? `/${target}` : `/run/secrets/${target}`
}
