// What stands beside `services` at the top: volumes, networks, configs and secrets.
import { readKeys, refuseShape } from './apply-policy.ts'
import { contentOf, pathInside, whyNot } from './files.ts'
import type { Located, LocatedMap } from './located.ts'
import type { ComposeModelNetwork, ComposeModelVolume, ComposeRule } from './model.ts'
import { fileKeys, foreignFileSystem, networkKeys, type PolicyRow, volumeKeys } from './policy.ts'
import { differ, refuse, type Scope } from './scope.ts'
import { flagOf, textOf } from './values.ts'
import { shown } from './wording.ts'

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

/** The entries of a top-level map that have a name; an empty one stands for its defaults. */
function* namedEntries(scope: Scope, node: Located): Generator<[string, LocatedMap]> {
  if (node.kind !== 'map') {
    if (node.kind === 'list' || node.value !== null)
      refuseShape(scope, node.place, 'a map from names to their definitions is expected here')
    return
  }
  for (const [name, value] of node.entries) {
    if (name.startsWith('x-')) continue
    if (!namePattern.test(name))
      refuseShape(scope, value.place, `${shown(name)} is not a name: letters, digits, \`.\`, \`_\` and \`-\` only`)
    else if (value.kind === 'map') yield [name, value]
    else if (value.kind === 'scalar' && value.value === null) yield [name, { kind: 'map', entries: new Map(), place: value.place }]
    else refuseShape(scope, value.place, 'a map is expected here')
  }
}

export function readVolumes(scope: Scope, node: Located): Map<string, ComposeModelVolume> {
  const volumes = new Map<string, ComposeModelVolume>()
  for (const [name, value] of namedEntries(scope, node)) {
    if (name.length < 2) {
      refuse(scope, value.place, {
        rule: 'volume_syntax',
        message: `Compose reads ${shown(`${name}:`)} as a Windows drive; give the volume a name of two letters or more`,
      })
    }
    const driver = (driverNode: Located) => {
      const text = textOf(scope, driverNode)
      if (text === undefined || text === 'local' || text === '') return
      refuse(scope, driverNode.place, {
        rule: 'volume_driver',
        message: `the volume driver ${shown(text)} is a plugin of the engine or a foreign file system; remove it`,
      })
    }
    const policy = isForeignFileSystem(scope, value) ? { ...volumeKeys, driver_opts: foreignFileSystem } : volumeKeys
    readKeys(scope, value, { what: 'a volume', policy, readers: { driver } })
    volumes.set(name, { labels: {} })
  }
  return volumes
}

function isForeignFileSystem(scope: Scope, { entries }: LocatedMap): boolean {
  const options = entries.get('driver_opts')
  const type = options?.kind === 'map' ? options.entries.get('type') : undefined
  return type !== undefined && /^(?:nfs\d?|cifs|smb\d?|9p|ceph|glusterfs|sshfs)$/i.test(textOf(scope, type) ?? '')
}

/** `bridge` is what every network is on one machine, and `overlay` the same on several; the others leave the stack. */
export function readNetworks(scope: Scope, node: Located): Map<string, ComposeModelNetwork> {
  const networks = new Map<string, ComposeModelNetwork>()
  for (const [name, value] of namedEntries(scope, node)) {
    let isInternal = false
    readKeys(scope, value, {
      what: 'a network',
      policy: networkKeys,
      readers: {
        driver: (driver) => checkNetworkDriver(scope, driver),
        internal: (internal) => {
          isInternal = flagOf(scope, internal) ?? false
        },
      },
    })
    networks.set(name, { isInternal, labels: {} })
  }
  return networks
}

function checkNetworkDriver(scope: Scope, node: Located): void {
  const driver = textOf(scope, node)
  if (driver === undefined || driver === '' || driver === 'bridge') return
  if (driver === 'overlay')
    differ(scope, node.place, { change: '`driver: overlay` is left out', reason: 'kyozo chooses the driver by where the stack runs' })
  else
    refuse(scope, node.place, { rule: 'network', message: `the network driver ${shown(driver)} leaves the stack’s own network; remove it` })
}

/** Where the content of a config or secret comes from: a file of the repository, or the compose file itself. */
export interface FileDefinition {
  /** Undefined when it is not read: with a `source` it is too large for that or no text, without one it may not be, which is reported. */
  readonly content: string | undefined
  readonly source?: string
}

/** Keyed by kind and name, because a config and a secret may have the same name. */
export function readFileDefinitions(scope: Scope, node: Located, kind: 'configs' | 'secrets'): Map<string, FileDefinition> {
  const rule: ComposeRule = kind === 'configs' ? 'config' : 'secret'
  const policy = kind === 'configs' ? fileKeys : secretKeys
  const definitions = new Map<string, FileDefinition>()
  for (const [name, value] of namedEntries(scope, node)) {
    let definition: FileDefinition = { content: undefined }
    readKeys(scope, value, {
      what: `an entry of \`${kind}\``,
      policy,
      readers: {
        content: (content) => {
          definition = { content: textOf(scope, content) }
        },
        file: (file) => {
          definition = readDefinitionFile(scope, file, rule)
        },
      },
    })
    if (!['content', 'file', 'environment', 'external'].some((key) => value.entries.has(key))) {
      refuseShape(scope, value.place, `${shown(name)} needs a \`file\` or \`content\``)
    }
    definitions.set(`${kind}/${name}`, definition)
  }
  return definitions
}

const secretKeys = Object.fromEntries(
  Object.entries(fileKeys).map(([key, row]: [string, PolicyRow]) => [key, { ...row, rule: row.rule === 'config' ? 'secret' : row.rule }]),
) as typeof fileKeys

function readDefinitionFile(scope: Scope, node: Located, rule: ComposeRule): FileDefinition {
  const named = textOf(scope, node)
  const path = named === undefined ? undefined : pathInside(scope, node.place, { path: named, rule, what: 'the file' })
  if (path === undefined) return { content: undefined }
  const content = contentOf(scope, path)
  if (content.kind === 'text') return { content: content.text, source: path }
  if (content.kind === 'opaque') return { content: undefined, source: path }
  const why = whyNot(content)
  if (why !== undefined)
    refuse(scope, node.place, { rule, message: `the file ${shown(path)} ${why}; commit it, or write it under \`content\`` })
  return { content: undefined }
}
