// The list of configuration readers, and what they say together about one folder.
import type { StatedAddress } from '../../claim.ts'
import { perRepository } from '../../memo.ts'
import type { Configured } from '../backing.ts'
import { readAppsettings } from './appsettings.ts'
import type { ConfigurationReader, DataFile } from './configuration.ts'
import { readDjango } from './django.ts'
import { readDockerfileVariables } from './dockerfile-variables.ts'
import { readDotnetProviders } from './dotnet-providers.ts'
import { readEcto } from './ecto.ts'
import { readEnvFiles } from './env-files.ts'
import { readJvmClients } from './jvm-clients.ts'
import { readLaravel } from './laravel.ts'
import { readObjectMappers } from './object-mappers.ts'
import { readPrisma } from './prisma.ts'
import { readRails } from './rails.ts'
import { readSpring } from './spring.ts'
import { readSubstitutions } from './substitutions.ts'
import { readSymfony } from './symfony.ts'
import { readUpstreams } from './upstreams.ts'

const readers: readonly ConfigurationReader[] = [
  readSpring,
  readSubstitutions,
  readJvmClients,
  readAppsettings,
  readDotnetProviders,
  readPrisma,
  readObjectMappers,
  readDjango,
  readRails,
  readLaravel,
  readSymfony,
  readEcto,
  readEnvFiles,
  readDockerfileVariables,
  readUpstreams,
]

export interface FolderConfiguration {
  readonly addresses: readonly StatedAddress[]
  readonly configured: readonly Configured[]
  readonly keepsOwn: boolean
  readonly dataFile: DataFile | undefined
}

export const configurationOf = perRepository((path: string, repository): FolderConfiguration => {
  const folder = repository.folders.get(path)
  const read = folder === undefined ? [] : readers.map((reader) => reader(folder, repository))
  return {
    addresses: read.flatMap(({ addresses = [] }) => addresses),
    configured: read.flatMap(({ configured = [] }) => configured),
    keepsOwn: read.some(({ keepsOwn }) => keepsOwn === true),
    dataFile: read.find(({ dataFile }) => dataFile !== undefined)?.dataFile,
  }
})
