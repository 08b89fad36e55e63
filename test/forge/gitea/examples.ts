// Deliveries as Gitea and Forgejo send them.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ForgeConnection, RequestHeaders } from '../../../src/forge/forge.ts'
import { headerOf } from '../../../src/forge/gitea/headers.ts'

type Payload = Readonly<Record<string, unknown>>

export interface Example {
  readonly name: string
  readonly event: string
  readonly payload: Payload
}

const folder = path.join(import.meta.dirname, '../../../fixtures/deliveries/gitea')

export const allExamples: readonly Example[] = jsonFiles(folder).map((name) => {
  const { headers, payload } = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { headers: RequestHeaders; payload: Payload }
  return { name: name.replace(/\.json$/, ''), event: String(headerOf(headers, 'Event')), payload }
})

/** What others recorded, where a folder of it is named (fixtures/deliveries/gitea/README.md). */
export const recordedExamples: readonly Example[] =
  process.env.KYOZO_RECORDED_DELIVERIES === undefined ? [] : recordedIn(process.env.KYOZO_RECORDED_DELIVERIES)

/** A copy that may be changed. */
export function exampleOf(name: string): Record<string, unknown> {
  const found = allExamples.find((example) => example.name === name)
  if (found === undefined) throw new Error(`no example ${name}`)
  return structuredClone(found.payload) as Record<string, unknown>
}

export const gitExample: ForgeConnection = {
  name: 'main-gitea',
  forge: 'gitea',
  webUrl: 'https://git.example',
  apiUrl: 'https://git.example/api/v1',
  webhookSecret: 'a secret that only Gitea and kyozo know',
  credential: { kind: 'none' },
}

function recordedIn(collection: string): readonly Example[] {
  return jsonFiles(collection).map((name) => {
    const payload = JSON.parse(readFileSync(path.join(collection, name), 'utf8')) as Payload
    return { name, event: eventOf(payload), payload }
  })
}

function eventOf(payload: Payload): string {
  if (payload.comment !== undefined) return 'issue_comment'
  if (payload.pull_request !== undefined) return payload.action === 'reviewed' ? 'pull_request_comment' : 'pull_request'
  if (payload.before !== undefined) return 'push'
  if (payload.ref_type !== undefined) return payload.pusher_type === undefined ? 'create' : 'delete'
  return payload.release === undefined ? 'issues' : 'release'
}

function jsonFiles(of: string): readonly string[] {
  return readdirSync(of, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
}
