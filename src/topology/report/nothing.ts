// What is said of a commit in which no folder is a service.
import type { Topology } from '../topology.ts'
import { placeWords, sureWords } from './words.ts'

export function nothingWords({ nothing }: Topology): string[] {
  if (nothing === undefined) return ['No folder is a service.']
  const { folders, closest, hints, lookedFor } = nothing
  return [
    `No folder is a service; ${folders === 1 ? 'one folder was' : `${folders} folders were`} looked at.`,
    ...part(
      'Closest:',
      closest.map(
        ({ path, type, confidence, evidence }) =>
          `${path}: ${type}, ${sureWords(confidence)} sure${evidence === undefined ? '' : `; ${evidence.fact}${placeWords(evidence)}`}`,
      ),
    ),
    ...part('What would help:', hints),
    ...part(
      'Looked for:',
      lookedFor.map(({ title, marks }) => `${title}: ${marks.join(', ')}`),
    ),
  ]
}

function part(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}
