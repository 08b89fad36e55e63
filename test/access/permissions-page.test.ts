import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { permissionsPage } from '../../src/access/permissions-page.ts'

it('docs/permissions.md is what the table of rights makes (npm run docs)', async () => {
  const page = await readFile(new URL('../../docs/permissions.md', import.meta.url), 'utf8')
  expect(page).toBe(permissionsPage())
})
