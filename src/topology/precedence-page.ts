// The page docs/precedence.md, made from the table that decides. `npm run docs` writes it, and a test compares the two.
import { precedence } from './precedence.ts'

export function precedencePage(): string {
  const rows = precedence.map(({ source, file, says }, index) => `| ${index + 1} | \`${source}\` | ${file} | ${says} |`)
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
    'Variables are joined: a name that several sources know takes its value from the highest of them.',
    'That a folder *is* a service is evidence like any other: each declaration adds its weight, and no order decides.',
    '',
  ].join('\n')
}
