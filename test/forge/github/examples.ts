// The payloads GitHub's users recorded, as the package gives them.
import { createRequire } from 'node:module'
import type { ForgeConnection } from '../../../src/forge/forge.ts'

type Payload = Readonly<Record<string, unknown>>

export interface Example {
  readonly event: string
  readonly payload: Payload
}

// The package is one JSON file; its own types describe each event more closely than a test of a parser should believe.
const definitions: readonly { name: string; examples: Payload[] }[] = createRequire(import.meta.url)('@octokit/webhooks-examples')

export const allExamples: readonly Example[] = definitions.flatMap(({ name, examples }) =>
  examples.map((payload) => ({ event: name, payload })),
)

/** The first example of an event for which `matches` holds, as a copy that may be changed. */
export function exampleOf(event: string, matches: (payload: Payload) => boolean = () => true) {
  const found = allExamples.find((example) => example.event === event && matches(example.payload))
  if (found === undefined) throw new Error(`no example of ${event}`)
  return structuredClone(found.payload) as Record<string, unknown>
}

export const githubCom: ForgeConnection = {
  name: 'main',
  forge: 'github',
  webUrl: 'https://github.com',
  apiUrl: 'https://api.github.com',
  webhookSecret: "It's a Secret to Everybody",
  credential: { kind: 'none' },
}
