// `volumes` of a service in both spellings: named and anonymous volumes here, binds and tmpfs in files of their own.
import { closedMap, refuseShape } from '../apply-policy.ts'
import { addReference, type ServiceDraft } from '../draft.ts'
import type { Located, LocatedMap, Place } from '../located.ts'
import type { ComposeModelMount } from '../model.ts'
import { refuse, type Scope } from '../scope.ts'
import { flagOf, itemsOf, textOf } from '../values.ts'
import { shown } from '../wording.ts'
import { isBindPlain, readBind } from './bind.ts'
import { checkedTarget } from './target.ts'
import { longTmpfs } from './tmpfs.ts'

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
  if (source.length < 2 && !/[./~]/.test(source)) return refuseDrive(scope, node.place, source) ?? []
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
  if (!namePattern.test(asked.source)) return readBind(scope, at, asked)
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

const longKeys = ['type', 'source', 'target', 'read_only', 'consistency', 'bind', 'volume', 'tmpfs', 'image']

function longMount(scope: Scope, node: LocatedMap, draft: ServiceDraft): ComposeModelMount[] {
  const keys = closedMap(scope, node, { what: 'a volume', keys: longKeys })
  const text = (key: string) => {
    const value = keys?.get(key)
    return value && textOf(scope, value)
  }
  const flag = keys?.get('read_only')
  const isReadOnly = (flag && flagOf(scope, flag)) ?? false
  const [type, source = '', target] = [text('type'), text('source'), text('target')]
  if (type === undefined || target === undefined) return refuseShape(scope, node.place, 'a volume needs a `type` and a `target`') ?? []
  switch (type) {
    case 'bind':
      return isBindPlain(scope, keys?.get('bind')) ? readBind(scope, node.place, { source, target, isReadOnly }) : []
    case 'volume':
      return longVolume(scope, node.place, { draft, source, target, isReadOnly, options: keys?.get('volume') })
    case 'tmpfs':
      return longTmpfs(scope, node.place, { target, options: keys?.get('tmpfs') })
    default: {
      const message = `volumes of the type ${shown(type)} are not allowed; use a named volume`
      return refuse(scope, node.place, { rule: 'volume_driver', message }) ?? []
    }
  }
}

function longVolume(scope: Scope, at: Place, asked: Asked & { options: Located | undefined }): ComposeModelMount[] {
  const { options, ...volume } = asked
  const subpath = readVolumeOptions(scope, options)
  if (volume.source === '') return anonymous(scope, at, volume)
  if (volume.source.length < 2) return refuseDrive(scope, at, volume.source) ?? []
  return place(scope, at, subpath === undefined ? volume : { ...volume, subpath })
}

function refuseDrive(scope: Scope, at: Place, name: string): undefined {
  const message = `Compose reads ${shown(`${name}:`)} as a Windows drive; give the volume a name of two letters or more`
  refuse(scope, at, { rule: 'volume_syntax', message })
}

function readVolumeOptions(scope: Scope, node: Located | undefined): string | undefined {
  const keys = node && closedMap(scope, node, { what: '`volume`', keys: ['nocopy', 'subpath', 'labels'] })
  const subpath = keys?.get('subpath')
  const path = subpath && textOf(scope, subpath)
  if (!subpath || path === undefined) return undefined
  if (!path.startsWith('/') && !path.split('/').includes('..')) return path
  return refuse(scope, subpath.place, { rule: 'volume_syntax', message: 'the `subpath` leaves the volume; name a folder inside it' })
}
