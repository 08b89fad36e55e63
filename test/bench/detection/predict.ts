// Analyzes every case of a labelled collection, and prints one prediction a line, for a scorer of one's own.
//   node test/bench/detection/predict.ts LABELS.jsonl CASES [ID-PART…]
import path from 'node:path'
import { readCases } from './collection.ts'
import { predict } from './prediction.ts'

const [labels = '', cases = '', ...parts] = process.argv.slice(2)
for (const { id, source, path: at } of readCases(labels)) {
  if (parts.length > 0 && !parts.some((part) => id.includes(part))) continue
  const { ms, services, error } = await predict(path.join(cases, `${source.replace('/', '+')}@${at.replaceAll('/', '+')}`))
  process.stdout.write(`${JSON.stringify({ id, ms, services: services.map(({ evidence: _, ...service }) => service), error })}\n`)
}
