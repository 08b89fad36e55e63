// Variables that a configuration file reads, as addresses whose value is the default that it states.
import type { StatedAddress } from '../../claim.ts'
import { baseName } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import { factsLimit } from './configuration.ts'

/** Group 1 of a pattern is the variable, group 2 its default. */
export function variablesIn(text: string, pattern: RegExp, path: string): StatedAddress[] {
  const found: StatedAddress[] = []
  for (const match of text.matchAll(pattern)) {
    const [, variable = '', value = ''] = match
    const evidence = { path, line: lineAt(text, match.index), fact: `${variable} in ${baseName(path)}` }
    found.push({ variable, value, from: 'source', evidence })
    if (found.length >= factsLimit) break
  }
  return found
}
