// .NET Aspire: a host project's program lists the projects that it starts, and what each of them refers to.
import { baseName, joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Connection } from '../../topology.ts'
import { dotnetConnection } from '../configuration/appsettings.ts'
import { backingOfImage } from '../kinds.ts'
import type { Workload } from './workload.ts'

export function aspireWorkloads(repository: Repository): Workload[] {
  const projects = repository.foldersWith('*.csproj', '*.fsproj')
  const host = projects.find(({ files }) => [...files].some((name) => /AppHost\.(?:cs|fs)proj$/i.test(name)))
  return host === undefined ? [] : readHost(host, repository)
}

/** Characters of the program that are looked at, and resources in it. */
const programLimit = 64 * 1024
const resourcesLimit = 60

/** Images of what Aspire adds by a method of its own. */
const images: Readonly<Record<string, string>> = {
  AddPostgres: 'postgres', AddSqlServer: 'mssql', AddMySql: 'mysql', AddMongoDB: 'mongo', AddRedis: 'redis', AddValkey: 'valkey', AddGarnet: 'redis',
  AddRabbitMQ: 'rabbitmq', AddKafka: 'kafka', AddNats: 'nats', AddElasticsearch: 'elasticsearch', AddMeilisearch: 'meilisearch', AddOracle: 'oracle-free',
  AddKeycloak: 'keycloak', AddQdrant: 'qdrant', AddAzurePostgresFlexibleServer: 'postgres', AddAzureRedis: 'redis', AddAzureSqlServer: 'mssql',
} // biome-ignore format: a table

interface Resource {
  readonly variable: string | undefined
  /** What it was added to. */
  readonly parent: string
  readonly method: string
  readonly project: string | undefined
  readonly name: string
  readonly chain: string
  readonly line: number
}

function readHost({ path, files }: Folder, repository: Repository): Workload[] {
  const file = ['AppHost.cs', 'Program.cs', 'Program.fs'].find((name) => files.has(name))
  if (file === undefined) return []
  const program = joinPath(path, file)
  const text = (repository.read.text(program) ?? '').slice(0, programLimit)
  const resources = resourcesIn(text)
  const byVariable = new Map(
    resources.flatMap((resource) => (resource.variable === undefined ? [] : [[resource.variable, resource] as const])),
  )
  return resources.map((resource): Workload => {
    const evidence = { path: program, line: resource.line, fact: `${resource.method} ${resource.name}` }
    const given = referencesOf(resource, byVariable)
    return {
      file: program,
      name: resource.name,
      hosts: [resource.name],
      image: imageOf(resource),
      folders: resource.project === undefined ? [] : foldersOf(resource.project, repository),
      dependsOn: [...given].map(([service, connections]) => ({
        service,
        connections,
        evidence: { ...evidence, fact: `${resource.name} refers to ${service}` },
      })),
      addresses: [],
      isStack: false,
      isForDevelopers: false,
      evidence,
    }
  })
}

function imageOf({ method }: Resource): string | undefined {
  return Object.hasOwn(images, method) ? images[method] : undefined
}

/** Whom a resource refers to or waits for, each with the variables that Aspire gives it for that. */
function referencesOf({ chain }: Resource, byVariable: ReadonlyMap<string, Resource>): ReadonlyMap<string, readonly Connection[]> {
  const found = new Map<string, readonly Connection[]>()
  const calls = chain.matchAll(
    /\.(WithReference|WaitFor)\s{0,4}\(\s{0,4}(\w{1,60})(?:\s{0,4},\s{0,4}(?:connectionName\s{0,4}:\s{0,4})?"([\w-]{1,60})")?/g,
  )
  for (const [, call, variable = '', called] of [...calls].slice(0, resourcesLimit)) {
    const [resource, root] = [byVariable.get(variable), rootOf(variable, byVariable)]
    if (resource === undefined || root === undefined) continue
    const connections = call === 'WithReference' ? connectionsTo(resource, { root, called }) : []
    found.set(root.name, [...(found.get(root.name) ?? []), ...connections])
  }
  return found
}

/** A connection string by the name of the database, else of its server; and where service discovery looks for another project. */
function connectionsTo(resource: Resource, { root, called }: { root: Resource; called: string | undefined }): Connection[] {
  if (root.project !== undefined) return [{ variable: `services__${root.name}__http__0`, template: 'http://{host}:{port}' }]
  const kind = backingOfImage(imageOf(root))
  const database = /\.AddDatabase\s{0,4}\(\s{0,4}"([\w-]{1,60})"/.exec(resource.chain)?.[1]
  return kind === undefined ? [] : [dotnetConnection(`ConnectionStrings__${called ?? database ?? resource.name}`, kind)]
}

const start =
  /(?:\b(?:var|let)\s{1,4}(\w{1,60})\s{0,4}=\s{0,4})?\b(\w{1,60})\s{0,200}\.(Add\w{1,60})\s{0,4}(?:<\s{0,4}Projects\.(\w{1,100})\s{0,4}>)?\s{0,4}\(\s{0,4}"([\w-]{1,60})"/g

/** A resource is told by one statement, which its references belong to. */
function resourcesIn(text: string): Resource[] {
  return [...text.matchAll(start)].slice(0, resourcesLimit).map((match) => {
    const [, variable, parent = '', method = '', project, name = ''] = match
    const end = text.indexOf(';', match.index)
    const chain = text.slice(match.index, end < 0 ? match.index + 2_000 : Math.min(end, match.index + 4_000))
    return { variable, parent, method, project, name, chain, line: lineAt(text, match.index) }
  })
}

/** A database is a part of the server that it was added to. */
function rootOf(variable: string, byVariable: ReadonlyMap<string, Resource>): Resource | undefined {
  const resource = byVariable.get(variable)
  return resource?.method === 'AddDatabase' ? byVariable.get(resource.parent) : resource
}

/** `Projects.Shop_Api` is the folder of Shop.Api.csproj. */
function foldersOf(project: string, repository: Repository): string[] {
  const plain = (name: string) => name.replace(/[^A-Za-z0-9]/g, '_')
  return repository
    .foldersWith('*.csproj', '*.fsproj', '*.vbproj')
    .filter(({ files }) =>
      [...files].some((name) => /\.(?:cs|fs|vb)proj$/.test(name) && plain(baseName(name).replace(/\.\w+$/, '')) === project),
    )
    .map(({ path }) => path)
    .slice(0, 3)
}
