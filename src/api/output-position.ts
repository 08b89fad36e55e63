// How far a reader of a service's output has come, as one text: for each container the engine's time of the last line, and the line's number among
// those of that time. Containers are named by their first twelve characters.
import type { OutputLine, OutputPosition } from '../engine/engine.ts'

type Mark = { readonly at: string; readonly nth: number }

/** More containers than a service has copies; older ones have gone. */
const containersKept = 64

/** The position behind these lines; `known` is carried on. */
export function outputId(lines: readonly OutputLine[], known: Map<string, Mark> = new Map()): string {
  for (const { container, at, nth } of lines) {
    const id = container.slice(0, 12)
    const before = known.get(id)
    if (before !== undefined && (before.at > at || (before.at === at && before.nth >= nth))) continue
    known.delete(id)
    known.set(id, { at, nth })
  }
  while (known.size > containersKept) known.delete(known.keys().next().value!)
  return [...known].map(([id, { at, nth }]) => `${id}@${at}.${nth}`).join('~')
}

/** Null for what is no position. */
export function outputPosition(id: string): OutputPosition | null {
  const marks = id.split('~').map((part) => /^([0-9a-f]{12})@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)\.(\d{1,6})$/.exec(part))
  if (marks.length > containersKept || marks.some((mark) => mark === null || Number.isNaN(Date.parse(mark[2]!)))) return null
  return new Map(marks.map((mark) => [mark![1]!, { at: mark![2]!, nth: Number(mark![3]) }]))
}
