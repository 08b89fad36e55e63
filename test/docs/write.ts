// Writes the pages of docs/ that are made from tables in the source.   npm run docs
import { writeFileSync } from 'node:fs'
import { precedencePage } from '../../src/topology/precedence-page.ts'

writeFileSync(new URL('../../docs/precedence.md', import.meta.url), precedencePage())
