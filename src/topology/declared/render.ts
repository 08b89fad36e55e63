// What render.yaml says of each of its services.
import { printable } from '../paths.ts'
import { defined, field, stringAt } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import {
  countAt,
  evidenceAt,
  fileAt,
  folderAt,
  healthAt,
  itemsAt,
  onceCommand,
  placesIn,
  portOf,
  variablesInList,
  yamlPart,
} from './reading.ts'
import type { DeclaredFile, StatedNeed, Statement } from './statement.ts'

export function readRender({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const part = yamlPart(path, repository)
  return itemsAt(part?.data, 'services').flatMap(({ item, index }): Statement[] => {
    const place = folderAt(folder, stringAt(item, 'rootDir'), repository)
    const kind = stringAt(item, 'type')
    if (part === undefined || place === undefined || kind === undefined || ['redis', 'keyvalue'].includes(kind)) return []
    const start = stringAt(item, 'startCommand') ?? stringAt(item, 'dockerCommand')
    const name = stringAt(item, 'name')
    const once = [
      onceCommand('release', {
        name: 'release',
        command: stringAt(item, 'preDeployCommand'),
        path,
        line: part.line(['services', index, 'preDeployCommand']),
      }),
      onceCommand('schedule', {
        name: name ?? 'schedule',
        command: kind === 'cron' ? start : undefined,
        path,
        line: part.line(['services', index, 'schedule']),
      }),
    ].flat()
    const environment = variablesInList(field(item, 'envVars'), 'key')
    const needs = itemsAt(item, 'envVars').flatMap((variable): StatedNeed[] => {
      const at = part.line(['services', index, 'envVars', variable.index])
      const key = stringAt(variable.item, 'key')
      return renderNeed(variable.item).map((need) => ({
        ...need,
        ...defined({ variable: need.kind === undefined ? undefined : key }),
        evidence: evidenceAt(path, at, `${key ?? 'a variable'} from ${printable(need.name)}`),
      }))
    })
    return [
      {
        source: 'render',
        folder: place,
        evidence: evidenceAt(path, part.line(['services', index]), `is a ${kind} service on Render`),
        weight: 0.7,
        environment,
        needs,
        because: placesIn(
          { path, ...part },
          {
            start: [
              ['services', index, 'startCommand'],
              ['services', index, 'dockerCommand'],
            ],
            buildCommand: [['services', index, 'buildCommand']],
            health: [['services', index, 'healthCheckPath']],
            replicas: [['services', index, 'numInstances']],
          },
        ),
        ...defined({
          name,
          start,
          isBeside: ['worker', 'cron'].includes(kind) ? (true as const) : undefined,
          once: once.length === 0 ? undefined : once,
          buildCommand: stringAt(item, 'buildCommand'),
          health: healthAt(stringAt(item, 'healthCheckPath')),
          dockerfile:
            fileAt(folder, stringAt(item, 'dockerfilePath'), repository) ?? fileAt(place, stringAt(item, 'dockerfilePath'), repository),
          port: portOf(environment),
          replicas: countAt(item, 'numInstances'),
        }),
      },
    ]
  })
}

/** Render's databases are PostgreSQL, its key-value stores speak Redis. */
function renderNeed(variable: unknown): Omit<StatedNeed, 'evidence'>[] {
  const database = stringAt(variable, 'fromDatabase', 'name')
  const service = stringAt(variable, 'fromService', 'name')
  const isStore = ['redis', 'keyvalue'].includes(stringAt(variable, 'fromService', 'type') ?? '')
  if (database !== undefined) return [{ name: database, kind: 'postgres' }]
  return service === undefined ? [] : [{ name: service, ...(isStore ? { kind: 'redis' as const } : {}) }]
}
