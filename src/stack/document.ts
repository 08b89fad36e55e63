// The two documents, as data and as text. Their text is made from typed values, key by key in a fixed order, so that a change of one value
// is a change of one line.
import { Document, isMap, isScalar, type Pair, Scalar, visit } from 'yaml'
import { byCodeUnit } from './canonical.ts'
import { writeMap } from './compose-value.ts'
import type { LinkedService } from './link-services.ts'
import { asComment } from './reasons.ts'
import type { ComposeDocument, ComposeService } from './stack.ts'

/** In the order in which a person asks: what it is, how it is reached, what it needs, how it is kept. */
const serviceKeys = [
  'image', 'build', 'platform', 'entrypoint', 'command', 'working_dir', 'user', 'group_add', 'hostname', 'init', 'depends_on',
  'environment', 'ports', 'expose', 'networks', 'network_mode', 'pid', 'ipc', 'volumes', 'tmpfs', 'healthcheck', 'restart', 'stop_signal', 'stop_grace_period',
  'read_only', 'security_opt', 'cap_drop', 'cap_add', 'ulimits', 'sysctls', 'shm_size', 'deploy', 'logging', 'labels',
] // biome-ignore format: a list

const header = [
  ' What kyozo runs for this repository. kyozo writes this file anew when the shape of the stack changes, not when only code does.',
  ' The same without kyozo: docker compose -f compose.kyozo.yaml up --build',
].join('\n')

const overlayHeader = ' What kyozo adds to compose.kyozo.yaml when it runs it: image keys and labels, nothing else.'

/** `compose.kyozo.yaml` as data. */
export function composeDocument(services: readonly LinkedService[]): ComposeDocument {
  const byName = [...services].sort((a, b) => byCodeUnit(a.name, b.name))
  const volumes = [...new Set(services.flatMap((service) => service.volumes))].sort(byCodeUnit)
  return {
    services: Object.fromEntries(byName.map(({ name, definition }) => [name, inReadingOrder(writeMap(definition))])),
    networks: { default: {} },
    ...(volumes.length === 0 ? {} : { volumes: Object.fromEntries(volumes.map((volume) => [volume, {}])) }),
  }
}

/** `compose.kyozo.yaml` as text, with the reasons above each service. */
export function documentText(document: ComposeDocument, services: readonly LinkedService[]): string {
  const reasons = new Map(services.map(({ name, reasons }) => [name, reasons]))
  const yaml = new Document(document, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  yaml.commentBefore = header
  for (const [at, pair] of servicePairs(yaml).entries()) {
    const key = pair.key instanceof Scalar ? pair.key : new Scalar(pair.key)
    pair.key = key
    key.commentBefore = (reasons.get(String(key.value)) ?? []).map((reason) => ` ${asComment(reason)}`).join('\n')
    key.spaceBefore = at > 0
  }
  return stringify(yaml)
}

export function overlayText(overlay: ComposeDocument): string {
  const yaml = new Document(overlay, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  yaml.commentBefore = overlayHeader
  return stringify(yaml)
}

function inReadingOrder(definition: ComposeService): ComposeService {
  const rank = (key: string) => (serviceKeys.includes(key) ? serviceKeys.indexOf(key) : serviceKeys.length)
  return Object.fromEntries(Object.entries(definition).sort(([a], [b]) => rank(a) - rank(b) || byCodeUnit(a, b)))
}

function servicePairs(yaml: Document): readonly Pair[] {
  const services = yaml.get('services')
  return isMap(services) ? services.items : []
}

/** A list of words that fits one line is written on one. */
const flowWidth = 100

function stringify(yaml: Document): string {
  visit(yaml, {
    Scalar: (_, node) => {
      if (isAmbiguous(node.value)) node.type = Scalar.QUOTE_DOUBLE
    },
    Map: (_, node) => {
      node.flow = node.items.length === 0
    },
    Seq: (_, node) => {
      node.flow =
        node.items.every((item) => isScalar(item) && !String(item.value).includes('\n')) && node.items.join(', ').length <= flowWidth
    },
  })
  for (const pair of isMap(yaml.contents) ? yaml.contents.items.slice(1) : []) if (isScalar(pair.key)) pair.key.spaceBefore = true
  return yaml.toString({ lineWidth: 0, blockQuote: 'literal', singleQuote: false, flowCollectionPadding: false })
}

/**
 * A port or an address is a text to every reader of YAML only in quotes: its colons can mean a map, or a number to the base of 60. Lines
 * that begin with blanks lose them as a block (yaml 2.9: a first line of blanks only).
 */
function isAmbiguous(value: unknown): boolean {
  if (typeof value !== 'string') return false
  return value.includes('\n') ? /^\s/.test(value) : value.includes(':')
}
