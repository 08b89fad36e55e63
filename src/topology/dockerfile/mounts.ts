// The `--mount` options of RUN.
import { type Flag, type Instruction, Onbuild } from 'dockerfile-ast'

export interface RunMount {
  readonly flag: Flag
  /** Default is `bind`. */
  readonly type: string
  readonly from: string | undefined
  readonly id: string | undefined
  readonly target: string | undefined
  /** Whether it is written without quotes, escapes and variables where they could hide what it does. */
  readonly isPlain: boolean
}

/** The instruction itself, or the one that ONBUILD keeps for later. */
export function effectiveInstruction(instruction: Instruction): Instruction {
  return instruction instanceof Onbuild ? (instruction.getTriggerInstruction() ?? instruction) : instruction
}

export function mountOf(flag: Flag): RunMount {
  const options = new Map<string, string>()
  for (const part of (flag.getValue() ?? '').split(',')) {
    const at = part.indexOf('=')
    options.set((at < 0 ? part : part.slice(0, at)).trim().toLowerCase(), at < 0 ? '' : part.slice(at + 1))
  }
  return {
    flag,
    type: (options.get('type') ?? 'bind').toLowerCase(),
    from: options.get('from'),
    id: options.get('id'),
    target: options.get('target') ?? options.get('dst') ?? options.get('destination'),
    isPlain: isPlain(flag.getValue() ?? '', options),
  }
}

/** Variables are fine in paths and ids, which cannot change what kind of mount it is. */
function isPlain(value: string, options: ReadonlyMap<string, string>): boolean {
  if (/["'\\`\s]/.test(value)) return false
  return [...options].every(
    ([key, option]) =>
      !key.includes('$') && (!option.includes('$') || ['id', 'source', 'src', 'target', 'dst', 'destination'].includes(key)),
  )
}
