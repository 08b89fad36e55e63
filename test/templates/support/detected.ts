// What detection says of a folder, so that a template is tried with what it really gets.
import { analyze } from '../../../src/topology/analyze.ts'
import type { ServiceSpec } from '../../../src/topology/topology.ts'
import { sourceTree } from '../../support/source-tree.ts'
import type { Files } from './services.ts'

export function detected(files: Files, path: string): ServiceSpec {
  const texts = Object.fromEntries([...files].map(([name, content]) => [name, content.toString('utf8')]))
  const { services, folders } = analyze(sourceTree(texts), { rootName: 'app' })
  const service = services.find((candidate) => candidate.path === path)
  if (service === undefined) throw new Error(`there is no service at ${path}: ${JSON.stringify({ services, folders })}`)
  return service
}
