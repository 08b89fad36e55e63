// The values that a repository itself gives to `${NAME}` in its compose files: from .env beside the file, else the default that is written.
import { perRepository } from '../../memo.ts'
import type { Repository } from '../../repository.ts'
import { type EnvEntry, parseEnvFile } from '../env-file.ts'
import { type Interpolation, interpolate } from '../interpolate.ts'
import { filledLimit } from '../limits.ts'

export interface Variables {
  readonly valueOf: (name: string) => string | undefined
  /** The text with its variables filled in; one without a value is empty. */
  readonly fill: (text: string) => string
  /** Whether the text needs a variable that nothing gives a value. */
  readonly isOpen: (text: string) => boolean
}

/** Characters of one value that are looked at. */
const valueLimit = 2_000

export function createVariables(files: readonly string[], { repository, above }: { repository: Repository; above?: Variables }): Variables {
  let own: ReadonlyMap<string, string> | undefined
  // Read only when a value asks for one: an .env that nobody refers to is not the compose file's.
  const ownValue = (name: string) => {
    own ??= new Map(
      [...files].reverse().flatMap((file) => readEnvEntries(file, repository).map(({ name: key, value }) => [key, value] as const)),
    )
    return own.get(name)?.slice(0, valueLimit)
  }
  const held = (name: string) => above?.valueOf(name) ?? ownValue(name)
  let filledLength = 0
  let latest: { readonly text: string; readonly filled: Interpolation | undefined } | undefined
  const fillIn = (text: string) => {
    if (latest?.text === text) return latest.filled
    const filled = text.includes('$') && filledLength <= filledLimit ? interpolate(text, held) : undefined
    filledLength += filled?.value.length ?? 0
    latest = { text, filled }
    return filled
  }
  return {
    valueOf: held,
    fill: (text) => {
      const short = text.slice(0, valueLimit)
      const filled = fillIn(short)
      return filled === undefined || filled.problem !== undefined ? short : filled.value.slice(0, valueLimit)
    },
    isOpen: (text) => (fillIn(text.slice(0, valueLimit))?.missing.length ?? 0) > 0,
  }
}

/** The entries of an env file of the repository; none when it is not there or not loaded. */
export const readEnvEntries = perRepository((file: string, repository): readonly EnvEntry[] => {
  const text = repository.tree.entries.has(file) ? repository.read.text(file) : undefined
  return text === undefined ? [] : parseEnvFile(text, { isRaw: false, lookup: () => undefined }).entries
})
