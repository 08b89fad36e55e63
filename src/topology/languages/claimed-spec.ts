// What a language's claim says of the service, each value with its place.
import type { ClaimedSpec, Facts } from '../claim.ts'
import { entryFacts } from '../environment.ts'
import { baseName } from '../paths.ts'
import { defined } from '../reading/data.ts'
import { belowPath, saidRoute } from '../reading/source-signs.ts'
import { apart, type Said, said, usual } from '../reasons.ts'
import type { HealthSpec } from '../topology.ts'
import { type Language, placeOfProject, type Reading } from './language.ts'

export function claimedSpec(reading: Reading, language: Language): ClaimedSpec {
  const { project, framework, frameworkEvidence, environment, folder } = reading
  const place = placeOfProject(project, folder)
  const { version, packageManager, processes, because = {} } = project
  const variables = new Map([...(project.environment ?? []), ...environment.environment].map((variable) => [variable.name, variable]))
  return defined({
    name: project.name,
    ...apart({
      framework: said(framework?.name, frameworkEvidence),
      version: said(version, because.version ?? place),
      packageManager: said(packageManager, because.packageManager ?? place),
      start: startOf(reading, language),
      buildCommand: usual(language.build?.(reading), place, `how ${framework?.name ?? language.title} is built`),
      processes: said(processes?.length === 0 ? undefined : processes, because.processes ?? place),
      port: reading.listensOn,
      health: healthOf(reading),
    }),
    environment: [...variables.values()],
    facts: { ...entryFacts(folder.path, project.entries[0]), ...versionFacts(reading), ...project.facts },
  })
}

function startOf(reading: Reading, language: Language): Said<string> | undefined {
  const { process, framework, frameworkEvidence, project, folder } = reading
  const [entry] = project.entries
  const place = entry === undefined ? placeOfProject(project, folder) : { path: entry, line: 1, fact: '' }
  const name = framework?.start === undefined ? language.title : framework.name
  return (
    said(process?.isOfHost ? undefined : process?.command, process?.evidence) ??
    usual(framework?.start, frameworkEvidence, `how ${name} is started`) ??
    usual(language.start(reading), place, entry === undefined ? `how ${name} is started` : `the program begins in ${baseName(entry)}`)
  )
}

function healthOf({ project, source, framework, frameworkEvidence, port, folder, repository }: Reading): Said<HealthSpec> | undefined {
  if (project.health !== undefined) return said(project.health, project.because?.health ?? placeOfProject(project, folder))
  if (port === undefined) return undefined
  const route = (path: string | undefined) => (path === undefined ? undefined : { kind: 'http' as const, path })
  return (
    belowPath(project.basePath, saidRoute(source, repository.read)) ??
    usual<HealthSpec>(route(framework?.health), frameworkEvidence, `${framework?.name} brings it`)
  )
}

/** The framework's version as its manifest or lockfile writes it: templates and people need the number, not the range. */
function versionFacts({ framework, project }: Reading): Facts {
  const written = framework?.packages.map((name) => project.versions?.get(name)).find((version) => version !== undefined)
  const frameworkVersion = /\d{1,5}(?:\.\d{1,5}){0,2}/.exec(written ?? '')?.[0]
  return frameworkVersion === undefined ? {} : { frameworkVersion }
}
