// The page docs/precedence.md, made from the table that decides. `npm run docs` writes it, and a test compares the two.
import { precedence } from './precedence.ts'

/** What is laid over everything, once kyozo has made the document; no detector reads it. */
const committed = {
  source: 'committed',
  file: 'compose.kyozo.yaml',
  says: 'every value that differs from what kyozo had generated, services that are added, and what is taken away',
} as const

export function precedencePage(): string {
  const rows = [committed, ...precedence].map(
    ({ source, file, says }, index) => `| ${index || 'last word'} | \`${source}\` | ${file} | ${says} |`,
  )
  return [
    '# Who is believed',
    '',
    'When two sources say different things about a service, the one that stands higher here wins, for each thing that it says.',
    'This page is made from `src/topology/precedence.ts` by `npm run docs`.',
    '',
    '| | Source | File | What it says |',
    '|---:|---|---|---|',
    ...rows,
    '',
    'The last word is not asked about services: it changes the document that is made of all the others, value by value ([commit-back.md](commit-back.md)).',
    'Only what people set for one environment in kyozo itself (`settings`) outweighs it, where both have changed the same value.',
    '',
    'Variables are joined: a name that several sources know takes its value from the highest of them.',
    'That a folder *is* a service is evidence like any other: each declaration adds its weight, and no order decides.',
    '',
  ].join('\n')
}
