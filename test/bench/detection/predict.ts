// Analyzes every case of a labelled collection as `kyozo analyze` would, and prints one prediction a line.
//   node test/bench/detection/predict.ts LABELS.jsonl CASES [ID-PART…]
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { readSource } from '../../../src/git/load-source-tree.ts'
import { openFolder } from '../../../src/git/open-folder.ts'
import { analyze } from '../../../src/topology/analyze.ts'
import type { Topology } from '../../../src/topology/topology.ts'

/** A case of the collection, as far as prediction reads it. */
interface Case {
  readonly id: string
  readonly source: string
  readonly path: string
}

const [labels = '', cases = '', ...parts] = process.argv.slice(2)
for (const one of readCases(labels)) {
  if (parts.length > 0 && !parts.some((part) => one.id.includes(part))) continue
  process.stdout.write(`${JSON.stringify(await predict(one))}\n`)
}

function readCases(file: string): Case[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case)
}

async function predict({ id, source, path: at }: Case): Promise<unknown> {
  const folder = path.join(cases, `${source.replace('/', '+')}@${at.replaceAll('/', '+')}`)
  const opened = await openFolder(folder)
  const start = performance.now()
  try {
    const { answer } = await readSource(opened.reader, opened.listing, (tree) => analyze(tree))
    return { id, ms: performance.now() - start, services: servicesOf(answer) }
  } catch (error) {
    return { id, ms: performance.now() - start, services: [], error: error instanceof Error ? error.message : String(error) }
  }
}

/** Dependencies as the scorer has them: a sibling's folder, or `@kind` of a backing service. */
function servicesOf({ services, backing }: Topology) {
  const targets = new Map([
    ...backing.map(({ name, kind }) => [name, `@${kind}`] as const),
    ...services.map(({ name, path: folder }) => [name, folder] as const),
  ])
  return services.map(({ path: folder, type, framework, port, confidence, start, dependsOn }) => ({
    path: folder,
    type,
    framework,
    port,
    confidence,
    start,
    dependsOn: dependsOn.map(({ service }) => targets.get(service) ?? service),
  }))
}
