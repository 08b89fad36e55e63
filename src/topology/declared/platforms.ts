// Files that say to one platform how the folder they lie in is built and run.
import { parentOf, resolvePath } from '../paths.ts'
import { portInCommand } from '../procfile.ts'
import { asPort, dataAt, defined, field, stringAt, stringsIn } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import {
  countAt,
  dataOf,
  evidenceAt,
  evidenceOf,
  fileAt,
  folderAt,
  healthAt,
  keyLines,
  onceCommand,
  placesIn,
  portOf,
  variablesIn,
  yamlPart,
} from './reading.ts'
import type { DeclaredFile, Statement } from './statement.ts'

export function readRailway({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined) return []
  const start = stringAt(data, 'deploy', 'startCommand')
  const build = stringAt(data, 'build', 'buildCommand')
  const health = healthAt(stringAt(data, 'deploy', 'healthcheckPath'))
  const dockerfile = fileAt(folder, stringAt(data, 'build', 'dockerfilePath'), repository)
  const before = field(dataAt(data, 'deploy'), 'preDeployCommand')
  const command = Array.isArray(before) ? stringsIn(before).join(' && ') : stringAt(data, 'deploy', 'preDeployCommand')
  const line = keyLines(path, repository)(['deploy', 'preDeployCommand'])
  const once = onceCommand('release', { name: 'release', command, path, line })
  const evidence = evidenceOf(path, { words: start === undefined ? 'deploy' : 'startCommand', fact: 'is deployed on Railway' }, repository)
  return [
    {
      source: 'railway',
      folder,
      evidence,
      weight: 0.6,
      because: placesIn(
        { path, data, line: keyLines(path, repository) },
        {
          start: [['deploy', 'startCommand']],
          port: [['deploy', 'startCommand']],
          buildCommand: [['build', 'buildCommand']],
          health: [['deploy', 'healthcheckPath']],
          replicas: [['deploy', 'numReplicas']],
        },
      ),
      ...defined({
        start,
        buildCommand: build,
        health,
        dockerfile,
        once: once.length === 0 ? undefined : once,
        port: portInCommand(start),
        replicas: countAt(data, 'deploy', 'numReplicas'),
      }),
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
  const once = onceCommand('release', {
    name: 'release',
    command: stringAt(data, 'deploy', 'release_command'),
    path,
    line: keyLines(path, repository)(['deploy', 'release_command']),
  })
  const port =
    asPort(field(dataAt(data, 'http_service'), 'internal_port')) ?? asPort(field(services[0], 'internal_port')) ?? portOf(environment)
  const evidence = evidenceOf(path, { words: port === undefined ? 'app' : 'internal_port', fact: 'is deployed on Fly.io' }, repository)
  return [
    {
      source: 'fly',
      folder,
      evidence,
      weight: 0.6,
      because: placesIn(
        { path, data, line: keyLines(path, repository) },
        {
          start: main === undefined ? [] : [['processes', main.name]],
          processes: [['processes', processes[0]?.name ?? '']],
          port: [
            ['http_service', 'internal_port'],
            ['services', 0, 'internal_port'],
            ['env', 'PORT'],
          ],
          health: [
            ['http_service', 'checks', 0, 'path'],
            ['services', 0, 'http_checks', 0, 'path'],
          ],
        },
      ),
      environment,
      ...defined({
        start: main?.command,
        processes: processes.length > 1 ? processes : undefined,
        once: once.length === 0 ? undefined : once,
        port,
        health: healthAt(checks.map((check) => stringAt(check, 'path')).find((found) => found !== undefined)),
        dockerfile: fileAt(folder, stringAt(data, 'build', 'dockerfile'), repository),
      }),
    },
  ]
}

export function readVercel({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  // Who forbids every deployment only keeps the platform quiet.
  if (data === undefined || field(dataAt(data, 'git'), 'deploymentEnabled') === false) return []
  const build = stringAt(data, 'buildCommand')
  return [
    {
      source: 'vercel',
      folder,
      evidence: evidenceAt(path, 1, 'is deployed on Vercel'),
      weight: 0.25,
      because: placesIn({ path, data, line: keyLines(path, repository) }, { buildCommand: [['buildCommand']] }),
      ...defined({ buildCommand: build }),
    },
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
  const because = placesIn({ path, data, line: keyLines(path, repository) }, { buildCommand: [['build', 'command']] })
  return [{ source: 'netlify', folder: base, evidence, weight: base === folder ? 0.2 : 0.4, because, ...defined({ buildCommand: build }) }]
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
      because: placesIn(
        { path, data, line: keyLines(path, repository) },
        {
          start: [['start_command']],
          port: [['start_command']],
          buildCommand: [['build_command']],
        },
      ),
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
      because: placesIn({ path, ...part }, { start: [['entrypoint']] }),
      ...defined({ start: start?.replace(/^exec\s/, '') }),
    },
  ]
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
