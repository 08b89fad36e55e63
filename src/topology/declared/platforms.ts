// Files that say to one platform how the folder they lie in is built and run.
import { parentOf, resolvePath } from '../paths.ts'
import { portInCommand } from '../procfile.ts'
import { asPort, type Data, dataAt, defined, field, isData, stringAt, stringsIn } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import type { EnvironmentVariable } from '../topology.ts'
import { evidenceAt, evidenceOf, fileAt, folderAt, healthAt, portOf, variablesIn, yamlPart } from './reading.ts'
import type { DeclaredFile, Statement } from './statement.ts'

export function readRailway({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined) return []
  const start = stringAt(data, 'deploy', 'startCommand')
  const build = stringAt(data, 'build', 'buildCommand')
  const health = healthAt(stringAt(data, 'deploy', 'healthcheckPath'))
  const dockerfile = fileAt(folder, stringAt(data, 'build', 'dockerfilePath'), repository)
  const evidence = evidenceOf(path, { words: start === undefined ? 'deploy' : 'startCommand', fact: 'is deployed on Railway' }, repository)
  return [
    {
      source: 'railway',
      folder,
      evidence,
      weight: 0.6,
      ...defined({ start, buildCommand: build, health, dockerfile, port: portInCommand(start) }),
    },
  ]
}

export function readFly({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined) return []
  const services = listAt(data, 'services')
  const checks = [...listAt(dataAt(data, 'http_service'), 'checks'), ...services.flatMap((service) => listAt(service, 'http_checks'))]
  const processes = Object.entries(dataAt(data, 'processes')).flatMap(([name, command]) =>
    typeof command === 'string' ? [{ name, command: command.slice(0, 500) }] : [],
  )
  const environment = variablesIn(field(data, 'env'))
  const main = processes.find(({ name }) => name === 'web' || name === 'app') ?? processes[0]
  const port =
    asPort(field(dataAt(data, 'http_service'), 'internal_port')) ?? asPort(field(services[0], 'internal_port')) ?? portOf(environment)
  const evidence = evidenceOf(path, { words: port === undefined ? 'app' : 'internal_port', fact: 'is deployed on Fly.io' }, repository)
  return [
    {
      source: 'fly',
      folder,
      evidence,
      weight: 0.6,
      environment,
      ...defined({
        start: main?.command,
        processes: processes.length > 1 ? processes : undefined,
        port,
        health: healthAt(checks.map((check) => stringAt(check, 'path')).find((found) => found !== undefined)),
        dockerfile: fileAt(folder, stringAt(data, 'build', 'dockerfile'), repository),
      }),
    },
  ]
}

/** Heroku's, Dokku's and Scalingo's app.json; a mobile application's has the same name and other keys. */
export function readHerokuApp({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const file = repository.read.json(path)
  const isHeroku = ['buildpacks', 'formation', 'addons', 'stack', 'healthchecks'].some((key) => file?.data[key] !== undefined)
  if (file === undefined || (!isHeroku && field(file.data, 'env') === undefined) || field(file.data, 'expo') !== undefined) return []
  const environment = Object.entries(dataAt(file.data, 'env')).flatMap(([name, value]): EnvironmentVariable[] => {
    if (!/^[A-Za-z_]\w{0,63}$/.test(name)) return []
    const stated = typeof value === 'string' ? value : stringAt(value, 'value')
    const isGiven = stringAt(value, 'generator') !== undefined
    return [
      {
        name,
        required: stated === undefined && !isGiven && field(value, 'required') !== false,
        ...(stated === undefined ? {} : { value: stated }),
      },
    ]
  })
  const needs = (Array.isArray(file.data.addons) ? file.data.addons : []).flatMap((addon: unknown) => {
    const plan = typeof addon === 'string' ? addon : stringAt(addon, 'plan')
    return plan === undefined
      ? []
      : [
          plan
            .split(':')[0]
            ?.replace(/^heroku-/, '')
            .replace('postgresql', 'postgres') ?? '',
        ]
  })
  const line = file.line('formation') ?? file.line('buildpacks') ?? file.line('env') ?? 1
  return [{ source: 'heroku', folder, evidence: evidenceAt(path, line, 'is deployed by app.json'), weight: 0.5, environment, needs }]
}

export function readHerokuYaml({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  const docker = dataAt(part?.data, 'build', 'docker')
  const run = dataAt(part?.data, 'run')
  if (part === undefined || (Object.keys(docker).length === 0 && Object.keys(run).length === 0)) return []
  const processes = Object.entries(run).flatMap(([name, value]) => {
    const command = typeof value === 'string' ? value : stringsIn(field(value, 'command')).join(' ')
    return command === '' ? [] : [{ name, command: command.slice(0, 500) }]
  })
  const start = processes.find(({ name }) => name === 'web')?.command
  const dockerfile = fileAt(folder, stringAt(docker, 'web') ?? stringAt(docker, 'worker'), repository)
  const evidence = evidenceAt(path, part.line(['build']), 'is deployed by heroku.yml')
  return [
    {
      source: 'heroku',
      folder,
      evidence,
      weight: 0.7,
      ...defined({ start, dockerfile, processes: processes.length > 1 ? processes : undefined }),
    },
  ]
}

export function readNixpacks({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined) return []
  const start = stringAt(data, 'start', 'cmd') ?? stringAt(data, 'deploy', 'startCommand')
  const build = stringsIn(field(dataAt(data, 'phases', 'build'), 'cmds')).join(' && ')
  const evidence = evidenceOf(path, { words: 'cmd', fact: 'says how it is built and started' }, repository)
  const environment = variablesIn(field(data, 'variables') ?? field(dataAt(data, 'deploy'), 'variables'))
  const source = path.endsWith('railpack.json') ? 'railpack' : 'nixpacks'
  return [
    {
      source,
      folder,
      evidence,
      weight: start === undefined ? 0.2 : 0.5,
      environment,
      ...defined({ start, buildCommand: build === '' ? undefined : build, port: portInCommand(start) }),
    },
  ]
}

/** Cloud Native Buildpacks; its variables are for the build alone. */
export function readProjectToml({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  const isProject = ['_', 'io', 'build', 'project'].some((key) => field(data, key) !== undefined)
  return isProject ? [{ source: 'buildpacks', folder, evidence: evidenceAt(path, 1, 'is built by buildpacks'), weight: 0.25 }] : []
}

export function readVercel({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined) return []
  const build = stringAt(data, 'buildCommand')
  return [
    { source: 'vercel', folder, evidence: evidenceAt(path, 1, 'is deployed on Vercel'), weight: 0.25, ...defined({ buildCommand: build }) },
  ]
}

export function readNetlify({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  const base = folderAt(folder, stringAt(data, 'build', 'base'), repository)
  const build = stringAt(data, 'build', 'command')
  // Variables and redirects alone say nothing about what is built here.
  const saysBuild = build !== undefined || ['base', 'publish'].some((key) => stringAt(data, 'build', key) !== undefined)
  if (base === undefined || !saysBuild) return []
  const evidence = evidenceOf(path, { words: '[build]', fact: 'is deployed on Netlify' }, repository)
  return [{ source: 'netlify', folder: base, evidence, weight: base === folder ? 0.2 : 0.4, ...defined({ buildCommand: build }) }]
}

export function readCaptain({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined || field(data, 'schemaVersion') === undefined) return []
  const dockerfile = fileAt(folder, stringAt(data, 'dockerfilePath'), repository)
  return [{ source: 'caprover', folder, evidence: evidenceAt(path, 1, 'is deployed by CapRover'), weight: 0.7, ...defined({ dockerfile }) }]
}

export function readZeabur({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined) return []
  const start = stringAt(data, 'start_command')
  const dockerfile = fileAt(folder, stringAt(data, 'dockerfile', 'path'), repository)
  return [
    {
      source: 'zeabur',
      folder: folderAt(folder, stringAt(data, 'app_dir'), repository) ?? folder,
      evidence: evidenceAt(path, 1, 'is deployed on Zeabur'),
      weight: 0.4,
      ...defined({ start, buildCommand: stringAt(data, 'build_command'), dockerfile, port: portInCommand(start) }),
    },
  ]
}

/** App Engine's app.yaml: other tools have files of that name, but not with a runtime. */
export function readAppEngine({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  if (part === undefined || stringAt(part.data, 'runtime') === undefined) return []
  const start = stringAt(part.data, 'entrypoint')
  const evidence = evidenceAt(path, part.line(['runtime']), 'is deployed on App Engine')
  return [
    {
      source: 'appengine',
      folder,
      evidence,
      weight: 0.6,
      environment: variablesIn(field(part.data, 'env_variables')),
      ...defined({ start: start?.replace(/^exec\s/, '') }),
    },
  ]
}

/** JSON or TOML, by the file's ending; captain-definition is JSON. */
function dataOf(path: string, repository: Repository): Data | undefined {
  const data = path.endsWith('.toml') ? repository.read.toml(path)?.data : repository.read.json(path)?.data
  return isData(data) ? data : undefined
}

function listAt(data: unknown, key: string): unknown[] {
  const list = field(data, key)
  return Array.isArray(list) ? list.slice(0, 50) : []
}

/** The folder that holds `.do`, `.platform` and the like. */
export function aroundDotFolder(path: string): string {
  const folder = parentOf(path)
  return resolvePath(folder, '..') ?? '.'
}
