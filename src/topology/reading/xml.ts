// XML as data: elements with their attributes, text and lines. A document type is read past and never followed, no entity but the five of
// XML itself is expanded, and size, depth and number of elements are bounded.
import { SaxesParser } from 'saxes'
import { xmlLimits } from '../limits.ts'
import { type Data, stringAt } from './data.ts'

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  readonly attributes: Data
  readonly children: readonly XmlElement[]
  /** Its own text without the space around. */
  readonly text: string
  readonly line: number
}

export interface XmlFile {
  readonly path: string
  readonly root: XmlElement
}

export type XmlResult = { readonly root: XmlElement } | { readonly reason: string }

interface OpenElement extends XmlElement {
  readonly children: XmlElement[]
  text: string
}

export function parseXml(text: string): XmlResult {
  if (text.length > xmlLimits.characters) return { reason: `the file is longer than ${xmlLimits.characters} characters` }
  try {
    const root = build(text)
    return root === undefined ? { reason: 'it has no element' } : { root }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

function build(text: string): XmlElement | undefined {
  const parser = new SaxesParser({ position: true })
  const open: OpenElement[] = []
  let root: XmlElement | undefined
  let count = 0
  parser.on('error', (error) => {
    // A name of a document type that is not followed stays as it is written.
    if (!error.message.includes('undefined entity')) throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (++count > xmlLimits.elements || open.length >= xmlLimits.depth) throw new Error('it holds too many elements, or nests too deep')
    const element = { name: localName(name), attributes, children: [], text: '', line: parser.line }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  parser.on('closetag', () => {
    const element = open.pop()
    if (element !== undefined) element.text = element.text.trim()
  })
  const addText = (piece: string) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += piece
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(text.trimStart()).close()
  return root
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** The first element at a path of names. */
export function elementAt(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let found = element
  for (const name of names) found = found?.children.find((child) => child.name === name)
  return found
}

export function elementsNamed(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The text of the first element at a path of names, or undefined when it is absent or empty. */
export function textAt(element: XmlElement | undefined, ...names: readonly string[]): string | undefined {
  const text = elementAt(element, ...names)?.text
  return text === undefined || text === '' ? undefined : text
}

export function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  return stringAt(element?.attributes, name)
}

/** Every element of a name, at any depth, in the order of the document. */
export function elementsBelow(element: XmlElement | undefined, name: string): XmlElement[] {
  if (element === undefined) return []
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsBelow(child, name)])
}
