// `# syntax=` names an image that reads the Dockerfile in place of the builder's own front end, and could do anything with it. BuildKit looks for it in
// more spellings than the documented one: after a `#!` line, after `//`, and in JSON.
import type { ParserDirective } from 'dockerfile-ast'

/** The stable front end, by major version or a release of it. */
const pinnedFrontend = /^(?:docker\.io\/)?docker\/dockerfile:1(?:\.\d{1,3}){0,2}(?:@sha256:[0-9a-f]{64})?$/

export interface SyntaxProblem {
  readonly line: number
  readonly message: string
}

export function syntaxProblem(text: string, directives: readonly ParserDirective[]): SyntaxProblem | undefined {
  const fix = 'use `# syntax=docker/dockerfile:1` or remove the line'
  const named = directives.find(
    (directive) => directive.getName().toLowerCase() === 'syntax' && !pinnedFrontend.test(directive.getValue().trim()),
  )
  if (named !== undefined) return { line: named.getRange().start.line + 1, message: `the front end is not one that kyozo allows; ${fix}` }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (/^\s*(?:#!|\/\/|\{)/.test(lines[0] ?? '')) return { line: 1, message: `the first line may name another front end; ${fix}` }
  const index = headLines(lines).findIndex(
    (line) => !pinnedFrontend.test(/^\s*(?:#|\/\/)\s*syntax\s*=\s*(.*?)\s*$/i.exec(line)?.[1] ?? 'docker/dockerfile:1'),
  )
  return index < 0 ? undefined : { line: index + 1, message: `the front end is not one that kyozo allows; ${fix}` }
}

/** The comments and empty lines before the first instruction: any of them might be taken for a directive. */
function headLines(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => !/^\s*(?:#|\/\/|$)/.test(line))
  return end < 0 ? lines : lines.slice(0, end)
}
