// A Dockerfile's instructions as its parser sees them, and as a builder might see them. The two disagree at the edges: a line that ends in two
// backslashes is continued for one and not for the other, and so is what looks like a here-document. A Dockerfile that uses such an edge to hide an
// instruction is found by reading it a second time, with every line that begins like an instruction taken for one.
import type { Instruction, ParserDirective } from 'dockerfile-ast'
import { parseDockerfile } from './parse.ts'

export interface Readings {
  readonly directives: readonly ParserDirective[]
  /** What the parser says. */
  readonly plain: readonly Instruction[]
  /** What could be instructions besides. Offsets are the same as in the text. */
  readonly possible: readonly Instruction[]
}

const keywords = 'ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR'

export const knownInstructions: ReadonlySet<string> = new Set(keywords.split('|'))

export function readInstructions(text: string): Readings {
  const plain = parseDockerfile(text)
  const second = parseDockerfile(withoutJoins(text, plain.getEscapeCharacter()))
  const seen = new Set(plain.getInstructions().map(positionOf))
  return {
    directives: plain.getDirectives(),
    plain: plain.getInstructions(),
    possible: second.getInstructions().filter((instruction) => !seen.has(positionOf(instruction))),
  }
}

function positionOf(instruction: Instruction): string {
  const { start } = instruction.getInstructionRange()
  return `${start.line}:${start.character}`
}

const startsInstruction = new RegExp(`^\\s*(?:${keywords})\\s`, 'i')

/** The text with no here-documents and no continuation into a line that begins like an instruction; every character keeps its place. */
function withoutJoins(text: string, escapeCharacter: string): string {
  const lines = text.replaceAll('<<', '<_').split('\n')
  return lines
    .map((line, index) => {
      const isJoin = line.trimEnd().endsWith(escapeCharacter) && startsInstruction.test(lines[index + 1] ?? '')
      return isJoin ? line.replace(/[\s\\`]+$/, (end) => ' '.repeat(end.length)) : line
    })
    .join('\n')
}
