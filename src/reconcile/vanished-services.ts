// A service that runs must not go because an edit hid it from detection: its folder is still there, and nobody said that it should go.
import { KyozoError } from '../errors.ts'
import type { TreeDiff } from '../git/source-tree.ts'
import type { StackSpec } from '../stack/stack.ts'
import { isWithin } from '../topology/paths.ts'

export interface VanishInput {
  readonly spec: StackSpec
  /** The services that run, with the folder each came from. */
  readonly previous: Iterable<{ readonly name: string; readonly folder?: string }>
  /** Whether the commit has anything in a folder. */
  readonly hasFolder: (folder: string) => boolean
  readonly diff: TreeDiff
}

/** One error for each service that would be removed although its folder stays. A change of kyozo.yaml or of a compose file is a decision, not an accident. */
export function vanishedServices({ spec, previous, hasFolder, diff }: VanishInput): readonly KyozoError[] {
  const changed = [...diff.added, ...diff.modified, ...diff.removed]
  if (changed.some((path) => /(^|\/)(kyozo|(docker-)?compose[^/]*)\.ya?ml$/.test(path))) return []
  // A preview runs not all that its commit holds.
  const present = [...spec.services, ...(spec.sharing?.services ?? [])]
  const names = new Set(present.map((service) => service.name))
  const folders = new Set(present.flatMap((service) => service.folder ?? []))
  return [...previous].flatMap(({ name, folder }) => {
    if (folder === undefined || names.has(name) || folders.has(folder) || !hasFolder(folder)) return []
    const edited = changed.find((path) => isWithin(path, folder))
    return [
      new KyozoError(
        'service_vanished',
        `${name} runs from ${folder}, which ${edited === undefined ? 'no longer looks like a service' : `no longer looks like one since ${edited} changed`}`,
        {
          service: name,
          hint: `delete the folder to remove the service, or say in kyozo.yaml what it is (services: {${name}: {path: ${folder}}}) or that it is none (ignore: [${folder}])`,
        },
      ),
    ]
  })
}
