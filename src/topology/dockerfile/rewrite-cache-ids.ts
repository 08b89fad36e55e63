// Cache mounts belong to whoever names them: a builder keeps one per id for everybody. Each gets an id of its workspace's own.
import { type Flag, Run } from 'dockerfile-ast'
import { effectiveInstruction, mountOf } from './mounts.ts'
import { parseDockerfile } from './parse.ts'

/**
 * The Dockerfile with every `--mount=type=cache` given the id `<namespace>/<id>`, where the id is what it says or, as for the builder, its target.
 * Everything else stays as it is, byte for byte.
 */
export function rewriteCacheIds(text: string, namespace: string): string {
  const flags = parseDockerfile(text)
    .getInstructions()
    .flatMap((instruction) => {
      const effective = effectiveInstruction(instruction)
      return effective instanceof Run
        ? effective.getFlags().filter((flag) => flag.getName().toLowerCase() === 'mount' && mountOf(flag).type === 'cache')
        : []
    })
  const starts = lineStarts(text)
  return flags.reduceRight((rewritten, flag) => withId(rewritten, { flag, namespace, starts }), text)
}

function withId(text: string, { flag, namespace, starts }: { flag: Flag; namespace: string; starts: readonly number[] }): string {
  const option = flag.getOptions().find((candidate) => candidate.getName().toLowerCase() === 'id')
  const range = option === undefined ? flag.getValueRange() : option.getValueRange()
  if (range === null) return text
  const start = starts[range.start.line]! + range.start.character
  const end = starts[range.end.line]! + range.end.character
  if (option !== undefined) return `${text.slice(0, start)}${namespace}/${text.slice(start)}`
  const { target = '' } = mountOf(flag)
  return `${text.slice(0, end)},id=${namespace}/${target.replace(/^\/+/, '')}${text.slice(end)}`
}

/** Offsets at which lines begin, by the parser's own idea of a line. */
function lineStarts(text: string): number[] {
  const starts = [0]
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length)
  return starts
}
