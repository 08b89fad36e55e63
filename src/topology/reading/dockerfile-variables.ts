// Values of ARG and ENV as a stage sees them, as far as the Dockerfile itself states them.
import type { Instruction } from 'dockerfile-ast'

export type Values = ReadonlyMap<string, string>

/** A variable that has a value becomes it, one with a default becomes that; others stay as they are written. */
export function substitute(text: string, values: Values): string {
  return text
    .slice(0, 1000)
    .replace(/\$\{(\w{1,64})(?::?([-+])([^{}]{0,200}))?\}|\$(\w{1,64})/g, (written, braced, operator, word, plain) => {
      const value = values.get(braced ?? plain)
      if (operator === '+') return value === undefined ? '' : word
      return value ?? (operator === '-' ? word : written)
    })
}

/** ARG lines before the first FROM. */
export function globalValues(instructions: readonly Instruction[]): Values {
  const first = instructions.findIndex((item) => item.getKeyword() === 'FROM')
  return readValues(instructions.slice(0, Math.max(first, 0)), { outer: new Map(), isGlobal: true })
}

/** What the instructions of a stage set; an ARG without a default takes the value that stands before the first FROM. */
export function stageValues(instructions: readonly Instruction[], outer: Values): Values {
  return readValues(instructions, { outer, isGlobal: false })
}

function readValues(instructions: readonly Instruction[], { outer, isGlobal }: { outer: Values; isGlobal: boolean }): Values {
  const values = new Map<string, string>()
  for (const item of instructions) {
    const keyword = item.getKeyword()
    if (keyword !== 'ARG' && (keyword !== 'ENV' || isGlobal)) continue
    for (const { name, value } of readPairs(item)) {
      const known = value ?? outer.get(name)
      if (known !== undefined && known !== '') values.set(name, substitute(known, values))
    }
  }
  return values
}

export interface Pair {
  readonly name: string
  readonly value: string | undefined
}

/** `NAME=value` words, or the old form `NAME value`. */
export function readPairs(item: Instruction): Pair[] {
  const words = item.getArguments().map((argument) => argument.getValue())
  if (item.getKeyword() === 'ENV' && words.length > 1 && !words[0]?.includes('=')) {
    return [{ name: words[0] ?? '', value: words.slice(1).join(' ') }]
  }
  return words.flatMap((word): Pair[] => {
    const at = word.indexOf('=')
    if (at < 0) return word === '' ? [] : [{ name: word, value: undefined }]
    return at === 0 ? [] : [{ name: word.slice(0, at), value: word.slice(at + 1).replace(/^(["'])(.*)\1$/, '$2') }]
  })
}
