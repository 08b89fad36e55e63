// What GitLab documents of its API, as fixtures/api/gitlab.json states it.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type ApiDescription, createApiDescription } from '../api-description.ts'

let loaded: ApiDescription | undefined

/** Loads the description once a process. */
export function loadDescription(): ApiDescription {
  const file = path.join(import.meta.dirname, '../../../fixtures/api/gitlab.json')
  loaded ??= createApiDescription(JSON.parse(readFileSync(file, 'utf8')))
  return loaded
}
