// What app.json and heroku.yml say to Heroku, Dokku and Scalingo.
import { printable } from '../paths.ts'
import { dataAt, defined, field, stringAt, stringsIn } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import type { EnvironmentVariable } from '../topology.ts'
import { countAt, evidenceAt, fileAt, keyLines, onceCommand, placesIn, yamlPart } from './reading.ts'
import type { DeclaredFile, StatedNeed, Statement } from './statement.ts'

/** Heroku's, Dokku's and Scalingo's app.json; a mobile application's has the same name and other keys. */
export function readHerokuApp({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const file = repository.read.json(path)
  const isHeroku = ['buildpacks', 'formation', 'addons', 'stack', 'healthchecks'].some((key) => file?.data[key] !== undefined)
  if (file === undefined || (!isHeroku && field(file.data, 'env') === undefined) || field(file.data, 'expo') !== undefined) return []
  const environment = Object.entries(dataAt(file.data, 'env')).flatMap(([name, value]): EnvironmentVariable[] => {
    if (!/^[A-Za-z_]\w{0,63}$/.test(name)) return []
    const stated = typeof value === 'string' ? value : stringAt(value, 'value')
    if (stringAt(value, 'generator') === 'secret') return [{ name, required: true, made: 'text' }]
    return [
      {
        name,
        required: stated === undefined && field(value, 'required') !== false,
        ...(stated === undefined ? {} : { value: stated }),
      },
    ]
  })
  const addons: readonly unknown[] = Array.isArray(file.data.addons) ? file.data.addons.slice(0, 50) : []
  const needs = addons.flatMap((addon): StatedNeed[] => {
    const plan = typeof addon === 'string' ? addon : stringAt(addon, 'plan')
    return plan === undefined
      ? []
      : [{ name: plan.split(':', 1)[0] ?? plan, evidence: evidenceAt(path, file.line('addons'), `add-on ${printable(plan)}`) }]
  })
  const web = dataAt(file.data, 'formation', 'web')
  const line = file.line('formation') ?? file.line('buildpacks') ?? file.line('env') ?? 1
  return [
    {
      source: 'heroku',
      folder,
      evidence: evidenceAt(path, line, 'is deployed by app.json'),
      weight: 0.5,
      environment,
      needs,
      because: placesIn({ path, data: file.data, line: keyLines(path, repository) }, { replicas: [['formation', 'web', 'quantity']] }),
      ...defined({ replicas: countAt(web, 'quantity') }),
    },
  ]
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
  const command = stringAt(part.data, 'release', 'command') ?? stringsIn(field(dataAt(part.data, 'release'), 'command')).join(' && ')
  const once = onceCommand('release', { name: 'release', command, path, line: part.line(['release']) })
  const evidence = evidenceAt(path, part.line(['build']), 'is deployed by heroku.yml')
  return [
    {
      source: 'heroku',
      folder,
      evidence,
      weight: 0.7,
      because: placesIn({ path, ...part }, { start: [['run', 'web']], processes: [['run']] }),
      ...defined({
        start,
        dockerfile,
        processes: processes.length > 1 ? processes : undefined,
        once: once.length === 0 ? undefined : once,
      }),
    },
  ]
}
