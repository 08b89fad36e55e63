// Reads compose files that a test writes as text.

import type { ComposeModel, Trust } from '../../../src/topology/compose/model.ts'
import { describeViolation, readComposeFile } from '../../../src/topology/compose/read-compose-file.ts'
import { type MemoryFiles, sourceTree } from '../../support/source-tree.ts'

export interface Reading {
  /** Further files of the repository. Default is none. */
  readonly files?: MemoryFiles
  /** Default is `trusted`. */
  readonly policy?: Trust
  readonly variables?: Readonly<Record<string, string>>
}

export const composeFile = 'compose.yml'

export function readText(text: string, { files = {}, policy = 'trusted', variables = {} }: Reading = {}): ComposeModel {
  return readComposeFile({ tree: sourceTree({ ...files, [composeFile]: text }), file: composeFile, policy, variables })
}

/** A file with one service `web` that runs an image and has this written under it. */
export function serviceText(lines: string): string {
  return `services:\n  web:\n    image: nginx:1.29\n${lines.replace(/^(?=.)/gm, '    ')}\n`
}

/** The rules broken, each once, sorted; warnings do not count. */
export function rulesOf(model: ComposeModel): string[] {
  return [...new Set(model.violations.filter(({ severity }) => severity === 'error').map(({ rule }) => rule))].sort()
}

/** The violations as people read them. */
export function told(model: ComposeModel): string[] {
  return model.violations.map(describeViolation)
}
