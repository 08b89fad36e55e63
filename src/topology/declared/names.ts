// The name that a platform's file gives a folder, where the file tells several services apart by name.
import { perRepository } from '../memo.ts'
import type { Source } from '../precedence.ts'
import { allStatements, statementsAbout } from './statements.ts'

/** Files whose names people chose for the services themselves, rather than for images or workloads. */
const naming: ReadonlySet<Source> = new Set<Source>(['render', 'digitalocean', 'cloudfoundry', 'azd', 'dapr'])

/** Undefined for the only service of a file, and where one file has several names for the folder: its own name says more then. */
export const nameStatedFor = perRepository((path: string, repository): string | undefined => {
  const [first, ...others] = statementsAbout(path, repository).filter(({ source, name }) => naming.has(source) && name !== undefined)
  if (first === undefined || others.some(({ evidence, name }) => evidence.path === first.evidence.path && name !== first.name))
    return undefined
  const named = [...allStatements(repository)].filter(([, statements]) =>
    statements.some(({ evidence, name }) => evidence.path === first.evidence.path && name !== undefined),
  )
  return named.length > 1 ? first.name : undefined
})
