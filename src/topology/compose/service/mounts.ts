// `volumes` and `tmpfs` of a service. A bind of the host is refused in every spelling; a file or small folder of the repository becomes read-only
// content, because there is no work tree that could be mounted.
import { closedMap, refuseShape } from '../apply-policy.ts'
import { addReference, type ServiceDraft } from '../draft.ts'
import { contentOf, filesBelow, pathInside, whyNot } from '../files.ts'
import { folderFilesLimit, tmpfsLimitBytes } from '../limits.ts'
import type { Located, LocatedMap, Place } from '../located.ts'
import type { ComposeModelMount, ComposeModelTmpfs } from '../model.ts'
import { differ, refuse, type Scope, warn } from '../scope.ts'
import { bytesOf, flagOf, itemsOf, parseBytes, textOf } from '../values.ts'
import { shown } from '../wording.ts'

export function readMounts(scope: Scope, node: Located, draft: ServiceDraft): ComposeModelMount[] {
  return itemsOf(scope, node).flatMap((item) => (item.kind === 'map' ? longMount(scope, item, draft) : shortMount(scope, item, draft)))
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/

/** `source:target:options`. Compose takes `v:` for a Windows drive, so a name of one letter means something else there than it seems to. */
function shortMount(scope: Scope, node: Located, draft: ServiceDraft): ComposeModelMount[] {
  const text = textOf(scope, node)
  if (text === undefined) return []
  const parts = text.split(':')
  if (parts.length === 1) return anonymous(scope, node.place, { target: text, isReadOnly: false })
  const [source = '', target = '', options = ''] = parts
  if (source.length < 2 && !/[./~]/.test(source)) {
    return (
      refuse(scope, node.place, {
        rule: 'volume_syntax',
        message: `Compose reads ${shown(`${source}:`)} as a Windows drive; give the volume a name of two letters or more`,
      }) ?? []
    )
  }
  if (parts.length > 3 || target === '')
    return (
      refuse(scope, node.place, {
        rule: 'volume_syntax',
        message: `${shown(text)} is not \`source:target\` or \`source:target:options\``,
      }) ?? []
    )
  const words = options.split(',').filter(Boolean)
  if (!areOptionsKnown(scope, node.place, words)) return []
  return place(scope, node.place, { draft, source, target, isReadOnly: words.includes('ro') })
}

const harmlessOptions: ReadonlySet<string> = new Set(['ro', 'rw', 'z', 'Z', 'nocopy', 'cached', 'delegated', 'consistent'])

function areOptionsKnown(scope: Scope, at: Place, options: readonly string[]): boolean {
  const unknown = options.filter((option) => !harmlessOptions.has(option))
  for (const option of unknown)
    refuse(scope, at, { rule: 'bind', message: `the option ${shown(option)} of a volume is not allowed; remove it` })
  return unknown.length === 0
}

interface Asked {
  readonly draft: ServiceDraft
  readonly source: string
  readonly target: string
  readonly isReadOnly: boolean
  readonly subpath?: string
}

/** A name is a volume, anything else is a path. */
function place(scope: Scope, at: Place, asked: Asked): ComposeModelMount[] {
  if (!namePattern.test(asked.source)) return bind(scope, at, asked)
  const { draft, source, isReadOnly, subpath } = asked
  const target = checkedTarget(scope, at, asked.target)
  if (target === undefined) return []
  addReference(draft, { kind: 'volume', text: source, place: at, isRequired: true })
  return [{ kind: 'volume', volume: source, target, isReadOnly, ...(subpath === undefined ? {} : { subpath }) }]
}

function anonymous(scope: Scope, at: Place, asked: { target: string; isReadOnly: boolean }): ComposeModelMount[] {
  const target = checkedTarget(scope, at, asked.target)
  return target === undefined ? [] : [{ kind: 'anonymous', target, isReadOnly: asked.isReadOnly }]
}

function checkedTarget(scope: Scope, at: Place, target: string): string | undefined {
  if (/^\/[^\0\n:]*$/.test(target) && !target.split('/').includes('..') && target !== '/') return target.replace(/(?<=.)\/+$/, '')
  return refuse(scope, at, { rule: 'volume_syntax', message: `${shown(target)} is not an absolute path in the container` })
}

function bind(scope: Scope, at: Place, asked: Asked): ComposeModelMount[] {
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

const longKeys = ['type', 'source', 'target', 'read_only', 'consistency', 'bind', 'volume', 'tmpfs', 'image']

function longMount(scope: Scope, node: LocatedMap, draft: ServiceDraft): ComposeModelMount[] {
  const keys = closedMap(scope, node, { what: 'a volume', keys: longKeys }) ?? new Map<string, Located>()
  const text = (key: string) => {
    const value = keys.get(key)
    return value && textOf(scope, value)
  }
  const flag = keys.get('read_only')
  const isReadOnly = (flag && flagOf(scope, flag)) ?? false
  const [type, source, target] = [text('type'), text('source'), text('target')]
  if (target === undefined) return refuseShape(scope, node.place, 'a volume needs a `target`') ?? []
  switch (type) {
    case 'bind':
      if (!isBindPlain(scope, keys.get('bind')) || source === undefined)
        return source === undefined ? (refuseShape(scope, node.place, 'a bind needs a `source`') ?? []) : []
      return bind(scope, node.place, { draft, source, target, isReadOnly })
    case 'volume': {
      const subpath = readVolumeOptions(scope, keys.get('volume'))
      if (source === undefined || source === '') return anonymous(scope, node.place, { target, isReadOnly })
      if (source.length < 2)
        return refuse(scope, node.place, { rule: 'volume_syntax', message: 'give the volume a name of two letters or more' }) ?? []
      return place(scope, node.place, { draft, source, target, isReadOnly, ...(subpath === undefined ? {} : { subpath }) })
    }
    case 'tmpfs':
      return longTmpfs(scope, node.place, { target, options: keys.get('tmpfs') })
    case undefined:
      return refuseShape(scope, node.place, 'a volume needs a `type`') ?? []
    default:
      return (
        refuse(scope, node.place, {
          rule: 'volume_driver',
          message: `volumes of the type ${shown(type)} are not allowed; use a named volume`,
        }) ?? []
      )
  }
}

function isBindPlain(scope: Scope, node: Located | undefined): boolean {
  if (node === undefined) return true
  const keys = closedMap(scope, node, { what: 'a bind', keys: ['propagation', 'create_host_path', 'recursive', 'selinux'] })
  const propagation = keys?.get('propagation')
  const mode = propagation && textOf(scope, propagation)
  if (!propagation || mode === undefined || mode === 'rprivate' || mode === 'private') return true
  refuse(scope, propagation.place, { rule: 'bind', message: `the propagation ${shown(mode)} reaches the host; remove it` })
  return false
}

function readVolumeOptions(scope: Scope, node: Located | undefined): string | undefined {
  const keys = node && closedMap(scope, node, { what: '`volume`', keys: ['nocopy', 'subpath', 'labels'] })
  const subpath = keys?.get('subpath')
  const path = subpath && textOf(scope, subpath)
  if (!subpath || path === undefined) return undefined
  if (!path.startsWith('/') && !path.split('/').includes('..')) return path
  return refuse(scope, subpath.place, { rule: 'volume_syntax', message: 'the `subpath` leaves the volume; name a folder inside it' })
}

function longTmpfs(scope: Scope, at: Place, { target, options }: { target: string; options: Located | undefined }): ComposeModelMount[] {
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

/** Octal digits. Written without quotes `0440` is already the number 288. */
export function modeOf(scope: Scope, node: Located): string | undefined {
  const text = textOf(scope, node)
  if (text === undefined || node.kind !== 'scalar') return undefined
  const digits = typeof node.value === 'bigint' ? node.value.toString(8).padStart(4, '0') : text
  if (/^0?o?[0-7]{3,4}$/.test(digits)) return digits.replace('o', '').padStart(4, '0')
  return refuse(scope, node.place, { rule: 'schema', message: `${shown(text)} is not a file mode; write it as \`0440\`` })
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
