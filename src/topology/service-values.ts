// The values of one service, each with its place: every source is asked, and precedence.ts says who is believed.
import { allowedHostsOf, answeredHealth } from './allowed-hosts.ts'
import { isStack } from './claim.ts'
import type { ComposeServiceFacts } from './compose-file.ts'
import { declaredHealth, declaredProcesses, declaredStart, declaredVersion } from './declaration/declared-values.ts'
import { noneWord } from './declaration/values.ts'
import { isForWorking, unlessIdle } from './development.ts'
import { isScaffold } from './dockerfiles.ts'
import { frameworkVersionOf } from './framework-version.ts'
import { installCommandOf } from './install.ts'
import { corrected, declaredValue, guessed, inDockerfile, type Known, mainPlace, stated } from './known.ts'
import { guessBinding } from './precedence.ts'
import { portInCommand, processFor } from './procfile.ts'
import { webServerOfImage } from './proxy/images.ts'
import { imageName, languageOfImage } from './reading/dockerfile-images.ts'
import { apart, decide, type Said, said, usual } from './reasons.ts'
import { usualResources } from './resources.ts'
import type { Draft } from './services.ts'
import type { Because, HealthSpec, ProcessSpec, ReasonedValue, ServiceSpec } from './topology.ts'
import { healthOfWorker, portOfWorker, worksOnly } from './worker-values.ts'

export type ServiceValues = Partial<Pick<ServiceSpec, Exclude<ReasonedValue, 'memory' | 'cpu'>>> &
  Pick<ServiceSpec, 'resources'> & { readonly because: Because }

export function valuesOf(known: Known): ServiceValues {
  const { statements, draft } = known
  const start = startOf(known)
  const isWorker = worksOnly(known, start?.value)
  const port = isWorker ? portOfWorker(known, start?.value) : portOf(known)
  const { memory, cpu, ...values } = {
    framework: corrected(known, ['framework'], draft.declared?.framework, { guess: guessed(known, 'framework') }),
    frameworkVersion: decide({ guess: frameworkVersionOf({ claim: draft.claim, path: draft.path, repository: known.repository }) }),
    version: corrected(known, ['version'], declaredVersion(draft.declared), {
      compose: versionOfImage(draft),
      guess: guessed(known, 'version'),
    }),
    packageManager: corrected(known, ['package_manager'], draft.declared?.package_manager, { guess: guessed(known, 'packageManager') }),
    start,
    installCommand: corrected(known, ['install'], draft.declared?.install, { guess: installCommandOf(installed(draft), known.repository) }),
    buildCommand: corrected(known, ['build', 'command'], draft.declared?.build?.command, {
      ...stated(statements, 'buildCommand'),
      guess: guessed(known, 'buildCommand'),
    }),
    processes: processesOf(known, { start, port, isWorker }),
    port,
    health: isWorker ? healthOfWorker(known, port) : healthOf(known, port),
    replicas: decide({ ...stated(statements, 'replicas'), declaration: declaredValue(known, ['replicas'], draft.declared?.replicas) }),
    ...resourcesOf(known),
  }
  const { because, ...plain } = apart(values)
  return {
    ...plain,
    resources: { memory: memory.value, cpu: cpu.value },
    because: { ...because, memory: memory.evidence, cpu: cpu.evidence },
  }
}

/** The tag of the language's image that a compose file mounts the sources into. */
function versionOfImage({ compose, claim }: Draft): Said<string> | undefined {
  const { build, image = '', imageEvidence } = compose?.service ?? {}
  const tag = /:v?(\d{1,4}(?:\.\d{1,4}){0,2})(?=[-@]|$)/.exec(image)?.[1]
  return build === undefined && languageOfImage(image) === claim.type ? said(tag, imageEvidence) : undefined
}

function startOf(known: Known): Said<string> | undefined {
  const { draft, statements, processes, dockerfile } = known
  const { declared, compose } = draft
  const main = processFor(draft.claim, processes)
  const ofImage = inDockerfile(known, unlessIdle(dockerfile?.command?.text), dockerfile?.command)
  if (declared?.start === noneWord) return decide({ dockerfile: ofImage })
  return decide({
    ...stated(statements, 'start'),
    declaration: declaredValue(known, declared?.start === undefined ? ['processes', 'web'] : ['start'], declaredStart(declared)),
    procfile: said(main?.command, main?.evidence),
    compose: said(
      compose && commandFor(compose.service, known),
      compose && { ...compose.service.evidence, fact: `command of ${compose.service.name}` },
    ),
    dockerfile: ofImage,
    guess: dockerfile === undefined && !known.isServed ? guessed(known, 'start') : undefined,
  })
}

/** Sources that are mounted to work on them are built to serve with: what installs and watches them there starts nothing here. */
function commandFor({ build, command }: ComposeServiceFacts, { isServed }: Known): string | undefined {
  return build === undefined && !isServed && isForWorking(command) ? undefined : unlessIdle(command)
}

function portOf(known: Known): Said<number> | undefined {
  const { draft, statements, processes, dockerfile } = known
  const { declared, compose } = draft
  const main = processFor(draft.claim, processes)
  const [composed] = compose?.service.ports ?? []
  const { claim } = draft
  // Of several ports the one that the program itself says is the one that it answers at.
  const exposed = dockerfile?.ports.find(({ port }) => port === claim.spec.port) ?? dockerfile?.ports[0]
  const inImage = inDockerfile(known, exposed?.port, exposed)
  return corrected(known, ['port'], declared?.port, {
    ...stated(statements, 'port'),
    procfile: said(portInCommand(main?.command), main?.evidence),
    compose: said(composed?.port, composed?.evidence),
    dockerfile: isScaffold(dockerfile) ? undefined : inImage,
    guess:
      declaredValue(known, ['start'], portInCommand(declaredStart(declared))) ??
      (known.isServed && known.draft.claim.type !== 'proxy' ? portOfImage(known) : (guessed(known, 'port') ?? inImage)),
  })
}

/** Where a published web server listens: what a template would make of the folder says nothing about it. */
function portOfImage({ draft: { compose } }: Known): Said<number> | undefined {
  const { image = '', imageEvidence } = compose?.service ?? {}
  const port = webServerOfImage(imageName(image))?.port ?? (/apache/.test(image) ? 80 : undefined)
  return usual(port, imageEvidence, `usual for ${image}`)
}

interface Main {
  readonly isWorker: boolean
  readonly start: Said<string> | undefined
  readonly port: Said<number> | undefined
}

/** The processes of a folder that has several, by whoever is believed; a Procfile and a compose file say all that run. */
function processesOf(known: Known, { start, port, isWorker }: Main): Said<readonly ProcessSpec[]> | undefined {
  const { draft, statements, processes } = known
  const own = processes.map(({ name, command }) => ({ name, command }))
  const beside = processes.length > 0 || draft.compose !== undefined ? undefined : guessed(known, 'processes')
  const main = start === undefined ? [] : [{ name: port === undefined ? 'main' : 'web', command: start.value }]
  const others = decide({
    ...stated(statements, 'processes'),
    procfile: said(own.length > 1 ? own : undefined, processes[0]?.evidence),
    guess: beside && { ...beside, value: [...main, ...beside.value] },
  })
  const { declared } = draft
  // A worker that kyozo.yaml takes out of a folder is one of its processes alone.
  if (declared?.processes === undefined) return isWorker && declared?.start !== undefined ? undefined : others
  const all = declaredProcesses(declared.processes, others?.value ?? main)
  return decide({ declaration: declaredValue(known, ['processes'], all.length > 1 ? all : undefined) })
}

function healthOf(known: Known, port: Said<number> | undefined): Said<HealthSpec> | undefined {
  const { draft, statements, dockerfile, environment, repository } = known
  const hosts = allowedHostsOf({ path: draft.path, framework: draft.claim.spec.framework, environment }, repository)
  const listens = isStack(draft.claim.type) ? undefined : port?.evidence
  return decide<HealthSpec>({
    ...stated(statements, 'health'),
    declaration: declaredValue(known, ['health'], declaredHealth(draft.declared?.health)),
    dockerfile: inDockerfile(known, dockerfile?.health?.spec, dockerfile?.health),
    guess:
      answeredHealth(guessed(known, 'health'), hosts) ??
      usual<HealthSpec>({ kind: 'tcp' }, listens, 'no health route is known, so its port is asked'),
  })
}

function resourcesOf(known: Known): { readonly memory: Said<string>; readonly cpu: Said<string> } {
  const { draft, statements } = known
  const { claim, declared } = draft
  const need = usualResources(claim.type, claim.spec.framework)
  const cores = declared?.resources?.cpu
  const fact = `usual for ${claim.spec.framework ?? claim.type}`
  const place = said(true, claim.spec.because?.framework)?.evidence ?? mainPlace(known)
  const settle = (key: 'memory' | 'cpu', mine: string | undefined, others: ReturnType<typeof stated<'memory' | 'cpu'>>): Said<string> => {
    const guess: Said<string> = { value: need[key], evidence: { ...place, fact, weight: guessBinding.usual } }
    return decide({ ...others, declaration: declaredValue(known, ['resources', key], mine), guess }) ?? guess
  }
  return {
    memory: settle('memory', declared?.resources?.memory, stated(statements, 'memory')),
    cpu: settle('cpu', cores === undefined ? undefined : String(cores), inCores(stated(statements, 'cpu'))),
  }
}

/** `250m` as cores. */
function inCores(said: ReturnType<typeof stated<'cpu'>>): ReturnType<typeof stated<'cpu'>> {
  const plain = (cpu: string) => {
    const thousandths = /^(\d{1,6})m$/.exec(cpu)?.[1]
    return thousandths === undefined ? cpu : String(Number(thousandths) / 1000)
  }
  return Object.fromEntries(Object.entries(said).map(([source, item]) => [source, item && { ...item, value: plain(item.value) }]))
}

function installed({ claim, path, declared }: Draft) {
  return { type: claim.type, path, hasManifest: claim.hasManifest, manager: declared?.package_manager }
}
