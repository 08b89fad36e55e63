// Why one folder is what it is, for people: the answer, what is known of the service and from where, then what every detector saw.
import type { DetectorReading, FolderAnswer, FolderExplanation } from '../explain.ts'
import { printable } from '../paths.ts'
import type { BuildSpec, Evidence, HealthSpec, ServiceSpec } from '../topology.ts'
import { kindWords, placeWords, sureWords } from './words.ts'

/** Enough to see what a detector looks for; the JSON document has all. */
const marksShown = 6

/** Variables of one service on the screen; the JSON document has all. */
const variablesShown = 12

/** The version that the image of a service really has, where a template makes it and it is another than the service asks for. */
export type ImageVersions = (service: ServiceSpec) => string | undefined

export function printExplanation(
  { path: at, answer, detectors, advice }: FolderExplanation,
  imageVersions: ImageVersions = () => undefined,
): string {
  const looked = detectors.filter((reading) => reading.hasLooked)
  const silent = detectors.filter((reading) => !reading.hasLooked)
  const lines = [
    `${printable(at)} is ${answerWords(answer, at)}`,
    ...(answer.kind === 'role' ? evidenceLines(answer.evidence, 'plain') : []),
    ...(answer.kind === 'service'
      ? answer.services.flatMap((service) => labelled(service, { count: answer.services.length, imageVersions }))
      : []),
    ...looked.flatMap(readingLines),
    ...(silent.length === 0 ? [] : ['', ...silentLines(answer, silent)]),
    ...(advice.length === 0 ? [] : ['', 'What would help:', ...advice.map((sentence) => `  ${sentence}`)]),
  ]
  return `${lines.join('\n')}\n`
}

/** Of several services in one folder each is told under its name. */
function labelled(service: ServiceSpec, { count, imageVersions }: { count: number; imageVersions: ImageVersions }): string[] {
  const lines = serviceLines(service, imageVersions(service))
  return count === 1 ? lines : ['', `${service.name}:`, ...lines]
}

function answerWords(answer: FolderAnswer, at: string): string {
  switch (answer.kind) {
    case 'service':
      return answer.services.map(serviceWords).join('; ')
    case 'role':
      return `no service: ${answer.role.replace('_', ' ')}${answer.at === at ? '' : ` (decided at ${printable(answer.at)})`}`
    case 'part':
      return `a part of the service ${answer.of} (${printable(answer.at)})`
    case 'ignored':
      return 'left out'
    case 'nothing':
      return 'no service'
  }
}

function serviceWords(service: ServiceSpec): string {
  const port = service.port === undefined ? 'no port' : `port ${service.port}`
  return `the service ${service.name}: ${kindWords(service)}, ${port}, ${buildWords(service.build)}, ${sureWords(service.confidence)} sure`
}

function buildWords(build: BuildSpec): string {
  switch (build.kind) {
    case 'dockerfile':
      return `built from ${printable(build.dockerfile)}`
    case 'template':
      return `built from the template ${build.template}`
    case 'image':
      return `run from the image ${printable(build.image)}`
    case 'compose':
    case 'manifests':
      return `declared by ${printable(build.file)}`
  }
}

function serviceLines(service: ServiceSpec, imageVersion: string | undefined): string[] {
  const {
    framework,
    frameworkVersion,
    version,
    packageManager,
    installCommand,
    buildCommand,
    start,
    processes = [],
    port,
    health,
    environment,
    dependsOn,
    alternatives,
  } = service
  const { because } = service
  return [
    ...row(
      'framework',
      valueWords(framework && [framework, frameworkVersion].filter(Boolean).join(' '), because.frameworkVersion ?? because.framework),
    ),
    ...row('version', valueWords(imageVersion === undefined ? version : `${imageVersion}, for ${version}`, because.version)),
    ...row('packages', valueWords(packageManager, because.packageManager)),
    ...row('install', valueWords(installCommand, because.installCommand)),
    ...row('build', valueWords(buildCommand, because.buildCommand)),
    ...row('start', valueWords(start, because.start)),
    ...row(
      'processes',
      processes.flatMap(({ name, command }, index) => valueWords(`${name}: ${command}`, index === 0 ? because.processes : undefined)),
    ),
    ...row('port', valueWords(port, because.port)),
    ...row('health', valueWords(health && healthWords(health), because.health)),
    ...row('replicas', valueWords(service.replicas, because.replicas)),
    ...row('resources', resourceWords(service)),
    ...row('reads', variableWords(environment)),
    ...row(
      'needs',
      dependsOn.map(
        ({ service: name, kind, evidence: [first] }) =>
          `${name} (${kind})${first === undefined ? '' : `: ${first.fact}${placeWords(first)}`}`,
      ),
    ),
    ...row(
      'instead of',
      alternatives.map(({ type, confidence }) => `${type}, ${sureWords(confidence)} sure`),
    ),
  ]
}

/** A value with the reason for it, in one line. */
function valueWords(value: string | number | undefined, reason: Evidence | undefined): string[] {
  if (value === undefined) return []
  return [reason === undefined ? String(value) : `${value}  ← ${reason.fact}${placeWords(reason)}`]
}

function resourceWords({ resources, because }: ServiceSpec): string[] {
  const words = `${resources.memory} of memory, ${resources.cpu} cores`
  const { memory, cpu } = because
  if (memory?.fact === cpu?.fact) return valueWords(words, memory)
  return [...valueWords(`${resources.memory} of memory`, memory), ...valueWords(`${resources.cpu} cores`, cpu)]
}

function row(title: string, values: readonly string[]): string[] {
  return values.map((value, index) => `  ${(index === 0 ? title : '').padEnd(10)}  ${printable(value)}`)
}

function healthWords(health: HealthSpec): string {
  switch (health.kind) {
    case 'http':
      return `GET ${health.path}${health.port === undefined ? '' : ` on port ${health.port}`}`
    case 'tcp':
      return `the port accepts connections${health.port === undefined ? '' : ` (${health.port})`}`
    case 'exec':
      return health.command.join(' ')
    case 'grpc':
      return `grpc.health.v1.Health/Check${health.service === undefined ? '' : ` of ${health.service}`}${health.port === undefined ? '' : ` on port ${health.port}`}`
    case 'docker':
      return 'the health check of its image'
    case 'none':
      return 'not checked'
  }
}

function variableWords(environment: ServiceSpec['environment']): string[] {
  const requiredFirst = [...environment].sort((a, b) => Number(b.required) - Number(a.required))
  const words = requiredFirst.slice(0, variablesShown).map(wordsOf)
  const rest = environment.length - words.length
  return words.length === 0 ? [] : [`${words.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`]
}

function readingLines(reading: DetectorReading): string[] {
  const sure = reading.confidence === null ? 'looked, and makes no claim' : `${sureWords(reading.confidence)} sure`
  return ['', `${reading.title}: ${sure}`, ...evidenceLines(reading.evidence, 'weighed')]
}

/** Where nothing was found, what each detector looks for may be the answer; elsewhere their names do. */
function silentLines(answer: FolderAnswer, silent: readonly DetectorReading[]): string[] {
  const why = 'Not asked, because none of their files is there:'
  if (answer.kind === 'nothing') return [why, ...silent.map(marksLine)]
  return [`${why} ${silent.map(({ title }) => title).join(', ')}.`]
}

function marksLine({ title, marks }: DetectorReading): string {
  return `  ${title}: ${marks.slice(0, marksShown).join(', ')}${marks.length > marksShown ? ', …' : ''}`
}

function evidenceLines(evidence: readonly Evidence[], form: 'weighed' | 'plain'): string[] {
  return evidence.map((fact) => {
    const { weight } = fact
    const signed = weight === undefined || form === 'plain' ? '' : `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(2)}  `
    return `  ${signed}${printable(fact.fact)}${placeWords(fact)}`
  })
}

function wordsOf({ name, required, made }: ServiceSpec['environment'][number]): string {
  if (made !== undefined) return `${name} (made by kyozo)`
  return required ? `${name} (required)` : name
}
