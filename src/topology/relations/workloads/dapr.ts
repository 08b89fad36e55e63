// Dapr: applications by their ids, and the components that all of them share.
import { cutWithWarning } from '../../cut.ts'
import { joinPath, parentOf, resolvePath } from '../../paths.ts'
import { field, stringAt } from '../../reading/data.ts'
import { lineOf } from '../../reading/lines.ts'
import { filesNamed, type Repository } from '../../repository.ts'
import type { Workload } from './workload.ts'

export function daprWorkloads(repository: Repository): Workload[] {
  const names = ['dapr.yaml', 'dapr.yml']
  const files = repository.foldersWith(...names).flatMap((folder) => filesNamed(folder, names))
  return cutWithWarning(files, { limit: filesLimit, what: 'files of Dapr' }, repository).flatMap((file) => readRun(file, repository))
}

/** Files of each kind that are looked at. */
const filesLimit = 20

/** Images of what components are kept in, by the last part of their type: `state.redis`, `pubsub.rabbitmq`. */
const images: Readonly<Record<string, string>> = {
  redis: 'redis', rabbitmq: 'rabbitmq', kafka: 'kafka', postgresql: 'postgres', postgres: 'postgres', mongodb: 'mongo', mysql: 'mysql', sqlserver: 'mssql',
  memcached: 'memcached', cassandra: 'cassandra', etcd: 'etcd', consul: 'consul',
} // biome-ignore format: a table

function readRun(file: string, repository: Repository): Workload[] {
  const data = repository.read.yaml(file)?.data
  const text = repository.read.text(file) ?? ''
  const apps = field(data, 'apps')
  const resources = stringAt(data, 'common', 'resourcesPath') ?? 'components'
  const components = componentsIn(resolvePath(parentOf(file), resources), repository)
  const own = (Array.isArray(apps) ? apps.slice(0, filesLimit) : []).flatMap((app): Workload[] => {
    const folder = resolvePath(parentOf(file), stringAt(app, 'appDirPath') ?? '.')
    const name = stringAt(app, 'appID') ?? folder?.split('/').at(-1)
    if (name === undefined || folder === undefined) return []
    const line = lineOf(text, name)
    const evidence = { path: file, ...(line === undefined ? {} : { line }), fact: `Dapr application ${name}` }
    const dependsOn = components.map((component) => ({ service: component.name, evidence: component.evidence }))
    return [{ ...blank(file), name, hosts: [name], folders: [folder], dependsOn, evidence }]
  })
  return [...own, ...components.map((component) => ({ ...component, file }))]
}

function componentsIn(folder: string | undefined, repository: Repository): Workload[] {
  const names =
    folder === undefined ? [] : [...(repository.folders.get(folder)?.files ?? [])].filter((name) => /\.ya?ml$/.test(name)).sort()
  return names.slice(0, filesLimit).flatMap((name): Workload[] => {
    const path = joinPath(folder ?? '.', name)
    const data = repository.read.yaml(path)?.data
    const type = stringAt(data, 'spec', 'type') ?? ''
    const image = images[/^(?:state|pubsub|bindings|configuration|lock)\.([a-z0-9]{1,30})/.exec(type)?.[1] ?? '']
    const component = stringAt(data, 'metadata', 'name')
    if (field(data, 'kind') !== 'Component' || image === undefined || component === undefined) return []
    const evidence = { path, line: lineOf(repository.read.text(path) ?? '', type) ?? 1, fact: `component ${type}` }
    return [{ ...blank(path), name: component, hosts: [component], image, evidence }]
  })
}

function blank(file: string): Omit<Workload, 'name' | 'hosts' | 'evidence'> {
  return { file, image: undefined, folders: [], dependsOn: [], addresses: [], isStack: false, isForDevelopers: false }
}
