// Where a service keeps its data when that is a file: a configuration says so, or an address that its source falls back to.
import type { Facts, StatedAddress } from './claim.ts'
import { isFileAddress } from './file-address.ts'
import type { DataFile } from './relations/configuration/configuration.ts'
import { configurationOf } from './relations/configuration/readers.ts'
import type { Repository } from './repository.ts'
import type { ServiceSpec } from './topology.ts'

/** The place of a default in the source, and the variable that takes another one. */
export function dataFileFact(addresses: readonly StatedAddress[]): Facts {
  const found = addresses.find(
    ({ variable = 'TEST', value, from }) => from === 'source' && isKeptFile(value) && !/(?:^|_)TESTS?(?:_|$)/i.test(variable),
  )
  if (found === undefined) return {}
  const { variable = '', evidence } = found
  return { dataFile: [evidence.path, String(evidence.line ?? 1), variable] }
}

export function dataFileOf({ path, facts, environment }: ServiceSpec, repository: Repository): DataFile | undefined {
  const { dataFile } = configurationOf(path, repository)
  if (dataFile !== undefined) return dataFile
  const [file, line, variable] = Array.isArray(facts.dataFile) ? (facts.dataFile as readonly string[]) : []
  const given = environment.find(({ name }) => name === variable)?.value
  if (file === undefined || (given !== undefined && !isKeptFile(given))) return undefined
  return { evidence: { path: file, line: Number(line), fact: `${variable} is a file by default` } }
}

function isKeptFile(value: string): boolean {
  return isFileAddress(value) && !/:mem\b|:memory:|mode=memory|^sqlite\d?(?:\+\w{1,20})?:\/{0,3}$/.test(value)
}
