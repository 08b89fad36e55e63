// The shop's services that templates build, as detection finds them.
import { analyze } from '../../../src/topology/analyze.ts'
import type { ServiceSpec } from '../../../src/topology/topology.ts'
import { sourceTree } from '../../support/source-tree.ts'
import { fixtureFiles } from './services.ts'

export const shopFiles = fixtureFiles('shop')

const topology = analyze(sourceTree(Object.fromEntries([...shopFiles].map(([path, content]) => [path, content.toString('utf8')]))))

export function shopService(name: string): ServiceSpec {
  const service = topology.services.find((candidate) => candidate.name === name)
  if (service === undefined)
    throw new Error(`the shop has no service ${name}, only ${topology.services.map((found) => found.name).join(', ')}`)
  return service
}
