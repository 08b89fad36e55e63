// The function that a place of a source lies in, as far as its text tells.

export interface FunctionHead {
  readonly name: string | undefined
  readonly parameters: readonly string[]
  readonly at: number
}

/** Characters before a place in which its function is looked for. */
const reach = 8000

const head =
  /\b(?:fn|func(?:\s{1,4}\([^()\n]{0,60}\))?|function|def)\s{0,4}(?<name>[\w$]{1,60})?\s{0,4}(?:<[^<>]{0,60}>)?\((?<parameters>[^()]{0,300})|(?:\b(?:const|let|var)\s{1,4}(?<constant>[\w$]{1,60})(?:\s{0,4}:[^=\n]{1,80})?\s{0,4}=|\bexport\s{1,4}default|\bmodule\.exports\s{0,4}=)\s{0,4}(?:async\s{0,4})?\(?(?<given>[\w$,:\s]{1,200})\)?\s{0,4}(?::[^=\n]{1,60})?=>/g

/** The last function that begins before a place at the margin of a file or of a class. */
export function functionAt(text: string, at: number): FunctionHead | undefined {
  const start = Math.max(0, at - reach)
  let last: FunctionHead | undefined
  for (const { groups = {}, index } of text.slice(start, at).matchAll(head)) {
    const margin = text.slice(text.lastIndexOf('\n', start + index) + 1, start + index)
    if (last !== undefined && /^[ \t]{3}|[(,]/.test(margin)) continue
    const parameters = (groups.parameters ?? groups.given ?? '').split(',').flatMap((part) => /[A-Za-z_$][\w$]{0,60}/.exec(part.replace(/^\s{0,20}(?:mut|&)\s{0,4}/, ''))?.[0] ?? [])
    last = { name: groups.name ?? groups.constant, parameters, at: start + index }
  }
  return last
} // biome-ignore format: one pattern
