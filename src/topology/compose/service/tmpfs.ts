// tmpfs mounts in both spellings. They hold memory, so they are bounded together.
import { closedMap } from '../apply-policy.ts'
import { tmpfsLimitBytes } from '../limits.ts'
import type { Located, Place } from '../located.ts'
import type { ComposeModelMount, ComposeModelTmpfs } from '../model.ts'
import { refuse, type Scope, warn } from '../scope.ts'
import { bytesOf, modeOf, parseBytes, textOf } from '../values.ts'
import { shown } from '../wording.ts'
import { checkedTarget } from './target.ts'

/** The long form among `volumes`. */
export function longTmpfs(
  scope: Scope,
  at: Place,
  { target, options }: { target: string; options: Located | undefined },
): ComposeModelMount[] {
  const keys = options && closedMap(scope, options, { what: '`tmpfs`', keys: ['size', 'mode'] })
  const size = keys?.get('size')
  const mode = keys?.get('mode')
  const sizeBytes = size && bytesOf(scope, size, { minimum: 0, maximum: tmpfsLimitBytes, what: 'a size in bytes of a tmpfs' })
  const digits = mode && modeOf(scope, mode)
  const folder = checkedTarget(scope, at, target)
  if (folder === undefined) return []
  return [
    {
      kind: 'tmpfs',
      target: folder,
      isExecutable: false,
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(digits === undefined ? {} : { mode: digits }),
    },
  ]
}

/** The short form: `/run:size=64m,mode=1777`. */
export function readTmpfs(scope: Scope, node: Located): ComposeModelTmpfs[] {
  const items = node.kind === 'list' ? node.items : [node]
  return items.flatMap((item) => {
    const text = textOf(scope, item)
    if (text === undefined) return []
    const at = text.indexOf(':')
    const target = checkedTarget(scope, item.place, at < 0 ? text : text.slice(0, at))
    const options =
      at < 0
        ? []
        : text
            .slice(at + 1)
            .split(',')
            .filter(Boolean)
    return target === undefined ? [] : [tmpfsWith(scope, item.place, { target, options })]
  })
}

function tmpfsWith(scope: Scope, at: Place, { target, options }: { target: string; options: readonly string[] }): ComposeModelTmpfs {
  const mount: { -readonly [Key in keyof ComposeModelTmpfs]: ComposeModelTmpfs[Key] } = { kind: 'tmpfs', target, isExecutable: false }
  for (const option of options) {
    const [name = '', value = ''] = option.split('=')
    const bytes = parseBytes(value)
    if (name === 'size' && bytes >= 0) mount.sizeBytes = bytes
    else if (name === 'mode' && /^0?[0-7]{3,4}$/.test(value)) mount.mode = value.padStart(4, '0')
    else if ((name === 'uid' || name === 'gid') && /^\d{1,9}$/.test(value)) mount[name] = Number(value)
    else if (name === 'exec') mount.isExecutable = true
    else if (['rw', 'noexec', 'nosuid', 'nodev'].includes(name)) continue
    else refuse(scope, at, { rule: 'limit', message: `${shown(option)} is not an option of a tmpfs that kyozo allows; remove it` })
  }
  return mount
}

/** All of a service's tmpfs mounts hold memory together. */
export function checkTmpfsTotal(scope: Scope, at: Place, mounts: readonly ComposeModelMount[]): void {
  const sizes = mounts.flatMap((mount) => (mount.kind === 'tmpfs' ? [mount.sizeBytes ?? 0] : []))
  if (sizes.reduce((sum, size) => sum + size, 0) > tmpfsLimitBytes) {
    refuse(scope, at, {
      rule: 'limit',
      message: `the tmpfs mounts take more than ${tmpfsLimitBytes / 1024 ** 2} MiB together; make them smaller`,
    })
  }
  if (sizes.includes(0))
    warn(scope, at, { rule: 'limit', message: 'a tmpfs without a `size` may take all memory of the service; give it one' })
}
