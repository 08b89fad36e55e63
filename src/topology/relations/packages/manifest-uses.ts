// Uses that a manifest names one a line, found by a pattern in its text.
import { joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { Repository } from '../../repository.ts'
import type { FolderUse } from './ecosystem.ts'

export interface ManifestUses {
  readonly folder: string
  readonly name: string
  /** Group 1 is what is used. */
  readonly pattern: RegExp
  readonly targetOf: (named: string) => string | undefined
}

/** Characters of a manifest that are looked at, and uses taken from one. */
const manifestLimit = 128 * 1024
const usesLimit = 100

export function usesIn({ folder, name, pattern, targetOf }: ManifestUses, repository: Repository): FolderUse[] {
  const path = joinPath(folder, name)
  const text = (repository.read.text(path) ?? '').slice(0, manifestLimit)
  return [...text.matchAll(pattern)].slice(0, usesLimit).flatMap((match): FolderUse[] => {
    const target = targetOf(match[1] ?? '')
    if (target === undefined || target === folder) return []
    return [{ from: folder, folder: target, evidence: { path, line: lineAt(text, match.index), fact: `uses ${target}` } }]
  })
}
