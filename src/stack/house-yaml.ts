// How kyozo writes YAML: one spelling for one value, key by key, so that a change of one value is a change of one line.
import { Document, isMap, isScalar, Scalar, visit } from 'yaml'

export interface HouseText {
  /** Plain data; maps may be Maps, whose keys are then data whatever they are called. */
  readonly data: unknown
  /** Comment lines above everything, without `#`. Default is none. */
  readonly head?: readonly string[]
  /** Comment lines above each service, by its name; services with them stand apart. Default is none. */
  readonly reasons?: ReadonlyMap<string, readonly string[]>
}

export function houseText({ data, head = [], reasons }: HouseText): string {
  const yaml = newDocument(data)
  yaml.commentBefore = asComments(head)
  const services = yaml.get('services')
  for (const [at, pair] of (isMap(services) && reasons !== undefined ? services.items : []).entries()) {
    const key = pair.key instanceof Scalar ? pair.key : new Scalar(pair.key)
    pair.key = key
    key.commentBefore = asComments(reasons?.get(String(key.value)) ?? [])
    key.spaceBefore = at > 0
  }
  for (const pair of isMap(yaml.contents) ? yaml.contents.items.slice(1) : []) if (isScalar(pair.key)) pair.key.spaceBefore = true
  return written(yaml)
}

/** A value as it stands in a document, without the line's end. */
export function houseValue(data: unknown): string {
  return written(newDocument(data)).replace(/\n$/, '')
}

function newDocument(data: unknown): Document {
  return new Document(data, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
}

function asComments(lines: readonly string[]): string {
  return lines.map((line) => ` ${line}`).join('\n')
}

/** A list of words that fits one line is written on one. */
const flowWidth = 100

function written(yaml: Document): string {
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
