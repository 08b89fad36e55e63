// Services written by hand: what detection says of a folder, without detection.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceSpec } from '../../../src/topology/topology.ts'

type Given = Pick<ServiceSpec, 'name' | 'path' | 'type'> & Partial<ServiceSpec>

export function serviceSpec(given: Given): ServiceSpec {
  return {
    confidence: 1,
    build: { kind: 'template', template: given.type, context: given.path },
    environment: [],
    resources: { memory: '256Mi', cpu: '0.5' },
    dependsOn: [],
    alternatives: [],
    evidence: [],
    reads: [],
    facts: {},
    because: {},
    ...given,
  }
}

/** A repository's files by path. */
export type Files = ReadonlyMap<string, Buffer>

export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]))
}

/** A fixture repository as it would be committed. */
export function fixtureFiles(name: string): Files {
  const root = join(import.meta.dirname, '../../../fixtures/repositories', name)
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => !path.split('/').includes('node_modules'))
  const files = paths.filter((path) => statSync(join(root, path)).isFile()).sort()
  return new Map(files.map((path) => [path, readFileSync(join(root, path))]))
}

export function withFile(files: Files, path: string, text: string): Files {
  return new Map([...files, [path, Buffer.from(text)]])
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
