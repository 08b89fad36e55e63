// Variables that object mappers read: their schema or configuration names them, and no source does.
import type { Folder, Repository } from '../../repository.ts'
import type { EnvironmentVariable } from '../../topology.ts'
import { readObjectMappers } from './object-mappers.ts'
import { readPrisma } from './prisma.ts'

export function mappedVariables(folder: Folder, repository: Repository): EnvironmentVariable[] {
  const { configured = [] } = readPrisma(folder, repository)
  const { addresses = [] } = readObjectMappers(folder, repository)
  const connections = configured.flatMap((one) => (one.connections ?? []).map(({ variable }) => ({ name: variable, required: true })))
  const read = addresses.map(({ variable, value }) => ({ name: variable, required: value === '', ...(value === '' ? {} : { value }) }))
  return [...connections, ...read].flatMap((one): EnvironmentVariable[] => (isName(one.name) ? [{ ...one, name: one.name }] : []))
}

function isName(name: string | undefined): name is string {
  return name !== undefined && /^[A-Z_][A-Z0-9_]{1,63}$/.test(name)
}
