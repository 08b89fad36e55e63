// Writes the pages of docs/ that are made from tables in the source.   npm run docs
import { writeFileSync } from 'node:fs'
import { permissionsPage } from '../../src/access/permissions-page.ts'
import { schemaText } from '../../src/api/graphql/schema.ts'
import { precedencePage } from '../../src/topology/precedence-page.ts'

writeFileSync(new URL('../../docs/precedence.md', import.meta.url), precedencePage())
writeFileSync(new URL('../../docs/permissions.md', import.meta.url), permissionsPage())
writeFileSync(new URL('../../docs/schema.graphql', import.meta.url), schemaText())
