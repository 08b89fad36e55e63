// A bug that is put into kyozo while it is loaded, to show that the campaign would catch it. Nothing of it touches the sources on the disk.
import type { History } from '../acts.ts'

export interface PlantedBug {
  readonly name: string
  /** Invariants that may catch it. */
  readonly caughtBy: readonly string[]
  readonly rewrites: readonly Rewrite[]
  /** Histories that lead to where it shows. Without the bug all of them end well. */
  readonly histories: readonly History[]
}

export interface Rewrite {
  /** Below `src/`. */
  readonly file: string
  /** Stands there exactly once. */
  readonly snippet: string
  readonly replacement: string
}

/** Throws when the snippet is not there once: a bug that is not planted proves nothing. */
export function rewritten(text: string, { file, snippet, replacement }: Rewrite): string {
  const places = text.split(snippet).length - 1
  if (places !== 1) throw new Error(`the bug cannot be planted: ${JSON.stringify(snippet)} stands ${places} times in src/${file}`)
  return text.replace(snippet, () => replacement)
}
