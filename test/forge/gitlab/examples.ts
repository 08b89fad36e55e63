// The payloads that GitLab's users recorded, as fixtures/deliveries/gitlab has them.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ForgeConnection } from '../../../src/forge/forge.ts'

type Payload = Readonly<Record<string, unknown>>

export interface Example {
  readonly name: string
  readonly event: string
  readonly payload: Payload
}

const folder = path.join(import.meta.dirname, '../../../fixtures/deliveries/gitlab')

const events: Readonly<Record<string, string>> = {
  push: 'Push Hook',
  tag_push: 'Tag Push Hook',
  merge_request: 'Merge Request Hook',
  note: 'Note Hook',
}

export const allExamples: readonly Example[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => {
    const payload = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Payload
    return { name: name.replace('.json', ''), event: events[String(payload.object_kind)]!, payload }
  })

/** A copy that may be changed. */
export function exampleOf(name: string): Record<string, unknown> {
  const found = allExamples.find((example) => example.name === name)
  if (found === undefined) throw new Error(`no example ${name}`)
  return structuredClone(found.payload) as Record<string, unknown>
}

export const gitlabCom: ForgeConnection = {
  name: 'main',
  forge: 'gitlab',
  webUrl: 'https://gitlab.com',
  apiUrl: 'https://gitlab.com/api/v4',
  webhookSecret: 'a long random text',
  credential: { kind: 'none' },
}
