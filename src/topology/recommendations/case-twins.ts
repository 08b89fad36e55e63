// Names that differ only in case: Git and Linux keep them apart, a checkout on macOS or Windows holds one of them, and nobody says which.
import { perFolder } from '../memo.ts'
import { joinPath, printable } from '../paths.ts'
import type { Folder } from '../repository.ts'
import type { Recommendation } from '../topology.ts'
import type { Rule } from './rule.ts'

/** Pairs told of one folder; a tree made of nothing else would fill the answer. */
const pairsLimit = 5

export const findCaseTwins: Rule = ({ repository }) => [...repository.folders.values()].flatMap(twinsIn)

const twinsIn = perFolder((folder: Folder): Recommendation[] => {
  const names = [...folder.files, ...folder.folders]
  const byLowerCase = Map.groupBy(names, (name) => name.toLowerCase())
  if (byLowerCase.size === names.length) return []
  return [...byLowerCase.values()]
    .filter((same) => same.length > 1)
    .slice(0, pairsLimit)
    .map((same) => adviceFor(same.sort().map((name) => joinPath(folder.path, name))))
})

function adviceFor(paths: readonly string[]): Recommendation {
  const names = paths.map(printable).join(' and ')
  return {
    code: 'case_twins',
    message: `${names} differ only in case; a checkout on macOS or Windows holds one of them.`,
    fix: 'Rename all but one.',
    evidence: paths.map((path) => ({ path, fact: 'differs from another only in case' })),
  }
}
