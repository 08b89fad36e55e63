// The shape that the services have together: one program, many that call each other, a gateway in front, workers beside.
import type { OpenEntrance } from './relations/entrances.ts'
import type { Evidence, Pattern, ServiceSpec, ServiceType } from './topology.ts'

export function findPatterns(services: readonly ServiceSpec[], entrances: readonly OpenEntrance[] = []): Pattern[] {
  const programs = services.filter(({ type }) => !otherThanPrograms.has(type))
  return [...shapeOf(programs), ...gatewayOf(services), ...entrances.flatMap(gatewayBefore), ...workersOf(programs)]
}

/** A cluster's entrance that sends requests to several is the gateway, though no folder holds it: the services are those behind. */
function gatewayBefore({ services, evidence }: OpenEntrance): Pattern[] {
  return services.length < 2 ? [] : [{ name: 'gateway', services, evidence: [evidence] }]
}

/** What is configured or served rather than programmed. */
const otherThanPrograms: ReadonlySet<ServiceType> = new Set(['static_site', 'proxy', 'database', 'compose_stack', 'kubernetes'])

/** From here on services are called many. */
const manyServices = 3

/** Two programs are neither: a web application with its worker, say. */
function shapeOf(programs: readonly ServiceSpec[]): Pattern[] {
  const name = programs.length === 1 ? 'monolith' : programs.length >= manyServices ? 'microservices' : undefined
  if (name === undefined) return []
  const evidence = programs.flatMap((service) => firstOf(service.evidence)).slice(0, shownEvidence)
  return [{ name, services: programs.map((service) => service.name), evidence }]
}

/** Places shown for one pattern. */
const shownEvidence = 5

function gatewayOf(services: readonly ServiceSpec[]): Pattern[] {
  const names = new Set(services.map(({ name }) => name))
  const gateways = services.flatMap((service) => {
    const behind = service.dependsOn.filter(
      ({ service: to, kind, backing }) => backing === undefined && kind !== 'conflicts' && names.has(to),
    )
    return isGateway(service, behind.length) ? [{ service, behind }] : []
  })
  if (gateways.length === 0) return []
  const evidence = gateways.flatMap(({ service, behind }) =>
    behind.length > 0 ? behind.flatMap((link) => firstOf(link.evidence)) : firstOf(service.evidence),
  )
  return [{ name: 'gateway', services: gateways.map(({ service }) => service.name), evidence: evidence.slice(0, shownEvidence) }]
}

const gatewayFrameworks = new Set(['spring-cloud-gateway', 'zuul', 'yarp', 'ocelot', 'krakend', 'kong'])

/** A proxy before several, or a service that says by its name or its framework that it is one. */
function isGateway({ type, name, framework }: ServiceSpec, behind: number): boolean {
  if (framework !== undefined && gatewayFrameworks.has(framework)) return true
  if (type === 'proxy') return behind >= 2
  return behind >= 1 && /(?:^|-)(?:api)?(?:gateway|apigw|bff)(?:-|$)/.test(name)
}

/** A program that listens on nothing works on its own. */
function workersOf(programs: readonly ServiceSpec[]): Pattern[] {
  const workers = programs.filter(({ port, type }) => port === undefined && type !== 'containerized')
  if (workers.length === 0 || programs.length === 1) return []
  return [
    {
      name: 'worker',
      services: workers.map(({ name }) => name),
      evidence: workers.flatMap(({ evidence }) => firstOf(evidence)).slice(0, shownEvidence),
    },
  ]
}

function firstOf(evidence: readonly Evidence[]): Evidence[] {
  return evidence.slice(0, 1)
}
