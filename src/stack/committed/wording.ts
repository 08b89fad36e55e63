// Edits and conflicts as people read them.
import { printable } from '../../topology/paths.ts'
import type { Conflict, Edit, Side } from './three-way.ts'
import type { Path } from './values.ts'

/** `services.api.deploy.resources.limits.memory`. */
export function spokenPath(path: Path): string {
  return path.length === 0 ? 'the file' : path.map(printable).join('.')
}

/** `line 73, services.api.deploy.resources.limits.memory: 1g instead of 512m`. */
export function describeEdit({ path, kind, line, value, generated }: Edit): string {
  const place = `line ${line}, ${spokenPath(path)}`
  if (kind === 'removed') return `${place}: taken away`
  return kind === 'added' ? `${place}: ${sayValue(value)}` : `${place}: ${sayValue(value)} instead of ${sayValue(generated)}`
}

/** What the file has, what kyozo had written and what it generates now, in three lines below the path. */
export function describeConflict({ path, base, generated, present }: Conflict): string {
  const side = (who: string, what: Side | undefined, where: string) =>
    `  ${who}: ${what === undefined ? 'nothing' : `${sayValue(what.value)} (line ${what.line} of ${where})`}`
  return [
    spokenPath(path),
    side('you have', present, 'the file'),
    side('kyozo had written', base, 'what it had generated'),
    side('kyozo generates', generated, 'what it generates now'),
  ].join('\n')
}

const valueLimit = 100

/** On one line, and no longer than one reads: what stands in the file can be looked up there. */
function sayValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  const line = printable(text.length > valueLimit ? `${text.slice(0, valueLimit - 1)}…` : text)
  return line === '' ? '""' : line
}
