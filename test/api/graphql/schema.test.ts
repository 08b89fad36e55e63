// The schema as clients rely on it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { schemaText } from '../../../src/api/graphql/schema.ts'

it('docs/schema.graphql is the schema; npm run docs writes it', async () => {
  expect(await readFile(path.join(import.meta.dirname, '../../../docs/schema.graphql'), 'utf8')).toBe(schemaText())
})
