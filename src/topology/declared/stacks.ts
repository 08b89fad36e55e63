// Files that list several services of a repository, each with its folder.
import { parentOf, printable } from '../paths.ts'
import { asPort, dataAt, defined, field, isData, stringAt, stringsIn } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import { aroundDotFolder } from './platforms.ts'
import {
  countAt,
  evidenceAt,
  fileAt,
  folderAt,
  healthAt,
  itemsAt,
  listLimit,
  placesIn,
  plainImage,
  portOf,
  variablesIn,
  variablesInList,
  yamlPart,
  yamlParts,
} from './reading.ts'
import type { DeclaredFile, Statement } from './statement.ts'

/** DigitalOcean's app specification, in `.do/` or beside the application. */
export function readDigitalOcean({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  const base = folder === '.do' || folder.endsWith('/.do') ? aroundDotFolder(path) : folder
  const spec = isData(field(part?.data, 'spec')) ? field(part?.data, 'spec') : part?.data
  return ['services', 'workers', 'static_sites', 'jobs'].flatMap((key) =>
    itemsAt(spec, key).flatMap(({ item, index }): Statement[] => {
      const place = folderAt(base, stringAt(item, 'source_dir'), repository)
      if (part === undefined || place === undefined || key === 'jobs') return []
      const environment = variablesInList(field(item, 'envs'), 'key')
      const top = spec === part.data ? [] : ['spec']
      return [
        {
          source: 'digitalocean',
          folder: place,
          evidence: evidenceAt(path, part.line([...top, key, index]), 'is a component of an App Platform app'),
          weight: 0.7,
          environment,
          because: placesIn(
            { path, ...part },
            {
              start: [[...top, key, index, 'run_command']],
              buildCommand: [[...top, key, index, 'build_command']],
              port: [[...top, key, index, 'http_port']],
              health: [[...top, key, index, 'health_check', 'http_path']],
              replicas: [[...top, key, index, 'instance_count']],
            },
          ),
          ...defined({
            name: stringAt(item, 'name'),
            isBeside: key === 'workers' ? (true as const) : undefined,
            start: stringAt(item, 'run_command'),
            buildCommand: stringAt(item, 'build_command'),
            port: asPort(field(item, 'http_port')) ?? portOf(environment),
            health: healthAt(stringAt(item, 'health_check', 'http_path')),
            dockerfile: fileAt(base, stringAt(item, 'dockerfile_path'), repository),
            replicas: countAt(item, 'instance_count'),
          }),
        },
      ]
    }),
  )
}

export function readCloudFoundry({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  return itemsAt(part?.data, 'applications').flatMap(({ item, index }): Statement[] => {
    const place = folderAt(folder, stringAt(item, 'path'), repository)
    // A path to an archive names what a build makes of the folder around it.
    if (part === undefined || stringAt(item, 'name') === undefined) return []
    return [
      {
        source: 'cloudfoundry',
        folder: place ?? folder,
        evidence: evidenceAt(path, part.line(['applications', index]), 'is a Cloud Foundry application'),
        weight: 0.6,
        environment: variablesIn(field(item, 'env')),
        needs: stringsIn(field(item, 'services')).map((name) => ({
          name,
          evidence: evidenceAt(path, part.line(['applications', index, 'services']), `service ${printable(name)}`),
        })),
        because: placesIn(
          { path, ...part },
          {
            start: [['applications', index, 'command']],
            health: [['applications', index, 'health-check-http-endpoint']],
            replicas: [['applications', index, 'instances']],
          },
        ),
        ...defined({
          name: stringAt(item, 'name'),
          start: stringAt(item, 'command'),
          health: healthAt(stringAt(item, 'health-check-http-endpoint')),
          replicas: countAt(item, 'instances'),
        }),
      },
    ]
  })
}

export function readAzd({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  return Object.entries(dataAt(part?.data, 'services'))
    .slice(0, listLimit)
    .flatMap(([name, item]): Statement[] => {
      const written = stringAt(item, 'project')
      const project = folderAt(folder, written, repository) ?? projectFileFolder(folder, written, repository)
      if (part === undefined || project === undefined || written === undefined) return []
      return [
        {
          source: 'azd',
          folder: project,
          name,
          evidence: evidenceAt(path, part.line(['services', name]), `azure.yaml deploys ${name}`),
          weight: 0.75,
          ...defined({ dockerfile: fileAt(project, stringAt(item, 'docker', 'path'), repository) }),
        },
      ]
    })
}

/** .NET services are named by their project file. */
function projectFileFolder(base: string, written: string | undefined, repository: Repository): string | undefined {
  const file = fileAt(base, written, repository)
  return file === undefined ? undefined : parentOf(file)
}

export function readDapr({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  return itemsAt(part?.data, 'apps').flatMap(({ item, index }): Statement[] => {
    const written = stringAt(item, 'appDirPath')
    const place = folderAt(folder, written, repository)
    if (part === undefined || place === undefined || written === undefined) return []
    const port = asPort(field(item, 'appPort'))
    return [
      {
        source: 'dapr',
        folder: place,
        evidence: evidenceAt(path, part.line(['apps', index]), `dapr runs ${stringAt(item, 'appID') ?? written}`),
        weight: 0.75,
        environment: variablesIn(field(item, 'env')),
        because: placesIn({ path, ...part }, { port: [['apps', index, 'appPort']] }),
        ...defined({ name: stringAt(item, 'appID'), port }),
      },
    ]
  })
}

export function readSkaffold({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  return yamlParts(path, repository).flatMap((part) => {
    if (!stringAt(part.data, 'apiVersion')?.startsWith('skaffold/')) return []
    return itemsAt(dataAt(part.data, 'build'), 'artifacts').flatMap(({ item, index }): Statement[] => {
      const written = stringAt(item, 'context') ?? stringAt(item, 'workspace')
      const context = folderAt(folder, written, repository)
      const dockerfile = fileAt(context ?? folder, stringAt(item, 'docker', 'dockerfile'), repository)
      // A context above with a Dockerfile of its own below is the folder of that Dockerfile; Jib names a module.
      const module = folderAt(context ?? folder, stringAt(item, 'jib', 'project') ?? dockerfileFolder(dockerfile), repository)
      const place = stringAt(item, 'jib', 'project') === undefined && dockerfile === undefined ? context : (module ?? context)
      if (context === undefined || place === undefined) return []
      return [
        {
          source: 'skaffold',
          folder: place,
          evidence: evidenceAt(path, part.line(['build', 'artifacts', index]), `skaffold builds ${stringAt(item, 'image') ?? place}`),
          weight: 0.6,
          ...defined({ image: plainImage(stringAt(item, 'image')), dockerfile, target: stringAt(item, 'docker', 'target') }),
        },
      ]
    })
  })
}

/** `docker/` below a folder holds the folder's own Dockerfile. */
function dockerfileFolder(dockerfile: string | undefined): string | undefined {
  return dockerfile === undefined || /(?:^|\/)(?:docker|build|deploy)\/[^/]{1,100}$/.test(dockerfile) ? undefined : parentOf(dockerfile)
}

/** okteto.yml and devspace.yaml: images by name, each with its context. */
export function readImages({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  const key = path.includes('devspace') ? 'images' : 'build'
  return Object.entries(dataAt(part?.data, key))
    .slice(0, listLimit)
    .flatMap(([name, item]): Statement[] => {
      const written = typeof item === 'string' ? item : (stringAt(item, 'context') ?? stringAt(item, 'build', 'context'))
      const context = folderAt(folder, written, repository)
      if (part === undefined || context === undefined) return []
      const dockerfile =
        fileAt(context, stringAt(item, 'dockerfile'), repository) ?? fileAt(folder, stringAt(item, 'dockerfile'), repository)
      return [
        {
          source: key === 'images' ? 'devspace' : 'okteto',
          folder: context,
          name,
          evidence: evidenceAt(path, part.line([key, name]), `${key === 'images' ? 'devspace' : 'okteto'} builds ${name}`),
          weight: 0.6,
          ...defined({ dockerfile, target: stringAt(item, 'target'), image: plainImage(stringAt(item, 'image')) ?? name }),
        },
      ]
    })
}
