// One entry of `include`: the files that it names, where their paths start and what their variables are.
import { closedMap } from './apply-policy.ts'
import { parseEnvFile } from './env-file.ts'
import { contentOf, pathInside, whyNot } from './files.ts'
import type { FileContext } from './loader.ts'
import type { Located, LocatedMap } from './located.ts'
import { refuse, type Scope } from './scope.ts'
import { textOf, textsOf } from './values.ts'
import { shown } from './wording.ts'

export interface IncludedFiles {
  readonly paths: ReturnType<typeof textsOf>
  /** Undefined when the entry states none: then it is the included file's own folder, with the variables of the file that includes it. */
  readonly folder: string | undefined
  readonly variables: FileContext['variables']
}

/** Undefined when something in the entry is refused. */
export function readInclude(scope: Scope, node: Located): IncludedFiles | undefined {
  if (node.kind !== 'map') return { paths: textsOf(scope, node), folder: undefined, variables: scope.variables }
  return readLong(scope, node)
}

/** Several paths of one entry would be merged over each other, which `extends` says more clearly. */
function readLong(scope: Scope, node: LocatedMap): IncludedFiles | undefined {
  const keys = closedMap(scope, node, { what: 'an include', keys: ['path', 'project_directory', 'env_file'] })
  const [path, project, envFiles] = ['path', 'project_directory', 'env_file'].map((key) => keys?.get(key))
  const paths = path === undefined ? [] : textsOf(scope, path)
  if (paths.length > 1) {
    const message = 'several paths in one include override each other; list them as includes of their own, or use `extends`'
    return refuse(scope, node.place, { rule: 'include', message })
  }
  const named = project && textOf(scope, project)
  const folder = project && named && pathInside(scope, project.place, { path: named, rule: 'include', what: 'the project folder' })
  if (named !== undefined && folder === undefined) return undefined
  return { paths, folder, variables: envFiles === undefined ? scope.variables : readVariables(scope, envFiles) }
}

/** What the including file knows wins over its env files, of which the later win. */
function readVariables(scope: Scope, node: Located): FileContext['variables'] {
  if (scope.trust === 'fork') {
    const message = '`env_file` is not read for a fork, which gets no settings of the team; write defaults for the variables'
    refuse(scope, node.place, { rule: 'env_file', message })
    return scope.variables
  }
  const variables = new Map<string, string>()
  for (const { text, place } of textsOf(scope, node)) {
    const path = pathInside(scope, place, { path: text, rule: 'env_file', what: 'the env file' })
    const content = path === undefined ? undefined : contentOf(scope, path)
    const why = content && whyNot(content)
    if (why !== undefined) refuse(scope, place, { rule: 'env_file', message: `the env file ${shown(text)} ${why}; correct the path` })
    if (content?.kind !== 'text' || path === undefined) continue
    const { entries, problems } = parseEnvFile(content.text, { isRaw: false, lookup: (name) => scope.variables[name] })
    for (const { message, line } of problems)
      refuse(scope, { file: path, pointer: '', line, column: 1 }, { rule: 'env_file', message: `${message}; correct the line` })
    for (const { name, value } of entries) variables.set(name, value)
  }
  return { ...Object.fromEntries(variables), ...scope.variables }
}
