// The variables that kyozo fills in, carried through the reader of compose files: it fills every variable in, and these must stay what they are.
import { type ComposeMap, type ComposeValue, collectVariables, interpolate, type Variable } from '../compose-value.ts'
import type { LinkedService } from '../link-services.ts'

/** Two of the code points that Unicode promises never to give to a character: no text means them. */
const [begin, end] = ['\uFDD0', '\uFDD1']
const placeholder = /\uFDD0(\d+)\uFDD1/

export interface KyozoVariables {
  /** What the reader is given as values. */
  readonly placeholders: Readonly<Record<string, string>>
  /** A value of the reader's with the variables in it again. */
  restore(value: ComposeValue): ComposeValue
}

/** Those of a stack that kyozo generated. */
export function kyozoVariables(services: readonly LinkedService[]): KyozoVariables {
  const variables = new Map(services.flatMap(({ definition }) => collectVariables(definition)).map((one) => [one.variable, one]))
  const known = [...variables.values()]
  const restoreText = (text: string): ComposeValue => {
    const pieces = text.split(placeholder).map((piece, at): string | Variable => (at % 2 === 0 ? piece : known[Number(piece)]!))
    return pieces.length === 1 ? text : interpolate(pieces.filter((piece) => piece !== ''))
  }
  const restore = (value: ComposeValue): ComposeValue => {
    if (typeof value === 'string') return restoreText(value)
    if (typeof value !== 'object' || value === null) return value
    if (isList(value)) return value.map(restore)
    return Object.fromEntries(
      Object.entries(value as ComposeMap).map(([key, held]) => [key, held === undefined ? undefined : restore(held)]),
    )
  }
  return { placeholders: Object.fromEntries(known.map(({ variable }, at) => [variable, `${begin}${at}${end}`])), restore }
}

/** Whether a text holds what stands for a variable here, so that the two could be mixed up. */
export function holdsPlaceholder(text: string): boolean {
  return text.includes(begin) || text.includes(end)
}

function isList(value: ComposeValue & object): value is readonly ComposeValue[] {
  return Array.isArray(value)
}
