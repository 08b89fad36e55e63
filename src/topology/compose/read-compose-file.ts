// A user's compose file as a model that the stack is generated from, with everything in it that the policy forbids.

import { KyozoError } from '../../errors.ts'
import type { SourceTree } from '../../git/source-tree.ts'
import { baseName, joinPath, parentOf } from '../paths.ts'
import { overrideOf } from './facts/file-names.ts'
import { finishModel } from './finish.ts'
import { defaultRegistries } from './grants.ts'
import { loadMain } from './load.ts'
import { createLoader, type Loader, scopeOf } from './loader.ts'
import { spokenPointer } from './located.ts'
import type { ComposeModel, Trust, Violation } from './model.ts'
import { differ } from './scope.ts'
import { overrideWords } from './wording.ts'

export interface ComposeReadOptions {
  readonly tree: SourceTree
  /** The compose file's path from the repository's root. */
  readonly file: string
  readonly policy: Trust
  /** Values for `${NAME}`; there are no others. Default is none. */
  readonly variables?: Readonly<Record<string, string>>
  /** Further hosts of registries that images may come from. Default is none. */
  readonly registries?: readonly string[]
  /** Names of secrets: a variable of a service that is left open under its own name is one of these. Default is none. */
  readonly secrets?: ReadonlySet<string>
}

/**
 * Pure. What it could not read because a text is not loaded yet is in `tree.wanted`; the caller loads it and reads again. Throws `compose_invalid` for
 * a file that is no YAML of the accepted kind; everything else that is wrong is a violation of the model, all of them at once.
 */
export function readComposeFile({ tree, file, policy, variables = {}, registries = [], secrets }: ComposeReadOptions): ComposeModel {
  const hosts = new Set([...defaultRegistries, ...registries].map((host) => host.toLowerCase()))
  const loader = createLoader({ tree, trust: policy, variables, registries: hosts, ...(secrets === undefined ? {} : { secrets }) })
  noteOverride(loader, file)
  return finishModel(loader, { file, loaded: loadMain(loader, file) })
}

/** A second source that nobody names would be a silent one. */
function noteOverride(loader: Loader, file: string): void {
  const folder = parentOf(file)
  const name = overrideOf(baseName(file), { has: (candidate) => loader.tree.entries.has(joinPath(folder, candidate)) })
  if (name === undefined) return
  const override = joinPath(folder, name)
  const scope = scopeOf(loader, { file, report: loader.report })
  differ(scope, { file: override, pointer: '', line: 1, column: 1 }, { change: 'the file is left out', reason: `it ${overrideWords}` })
}

/** Throws `compose_refused` with every violation, each on a line of its own: `compose.yml:12:5 services.web.privileged: … (rule privileged)`. */
export function assertAllowed({ file, violations }: ComposeModel): void {
  const errors = violations.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  throw new KyozoError('compose_refused', [`${file} may not be deployed as it is:`, ...errors.map(describeViolation)].join('\n'), {
    hint: 'change each of the lines named as it says, and push again',
  })
}

export function describeViolation({ file, line, column, pointer, message, rule }: Violation): string {
  return `${file}:${line}:${column} ${spokenPointer(pointer)}: ${message} (rule ${rule})`
}
