// What an engine looks like after a plan has been applied: enough of one to plan again.
import type { ObservedContainer, ObservedStack, Operation, StackPlan } from '../../src/reconcile/plan.ts'
import type { StackService, StackSpec } from '../../src/stack/stack.ts'

export const nothing: ObservedStack = {
  project: 'kyozo-shop-production',
  containers: [],
  hasNetwork: false,
  volumes: [],
  images: new Set(),
}

export function container(parts: Partial<ObservedContainer> & Pick<ObservedContainer, 'id' | 'service'>): ObservedContainer {
  return {
    name: `${parts.service}-${parts.id}`,
    image: 'i',
    state: 'running',
    health: 'none',
    exitCode: 0,
    wasOutOfMemory: false,
    restartCount: 0,
    startedAt: '2026-01-01T00:00:00Z',
    hasAlias: true,
    addressOnNetwork: '172.18.0.2',
    publishedPorts: {},
    configHash: '',
    release: 'r0',
    revision: '0',
    generation: 1,
    ...parts,
  }
}

/** The observation after every operation did what its words say. Fails on what the real engine would refuse. */
export function afterPlan(spec: StackSpec, observed: ObservedStack, plan: StackPlan): ObservedStack {
  return plan.operations.reduce((stack, operation) => applyOperation(spec, stack, operation), observed)
}

function applyOperation(spec: StackSpec, stack: ObservedStack, operation: Operation): ObservedStack {
  switch (operation.kind) {
    case 'build':
    case 'pull':
      return { ...stack, images: new Set([...stack.images, operation.image]) }
    case 'create_network':
      return { ...stack, hasNetwork: true }
    case 'create_volume':
      return { ...stack, volumes: [...stack.volumes, operation.volume] }
    case 'start':
    case 'replace_beside':
    case 'replace_stop_first':
    case 'scale':
      return setCopies(serviceOf(spec, operation.service), stack, operation)
    case 'restart':
      return {
        ...stack,
        containers: stack.containers.map((found) => (operation.containers.includes(found.id) ? { ...found, state: 'running' } : found)),
      }
    case 'restart_in_place':
      return stack
    case 'stop':
      return {
        ...stack,
        containers: stack.containers.map((found) => (operation.containers.includes(found.id) ? { ...found, state: 'exited' } : found)),
      }
    case 'remove':
      return { ...stack, containers: stack.containers.filter(({ id }) => !operation.containers.includes(id)) }
    case 'keep':
    case 'keep_volume':
      return stack
  }
}

type Copies = Extract<Operation, { replicas: number }> & { readonly retire?: readonly string[] }

function setCopies(service: StackService, stack: ObservedStack, operation: Copies): ObservedStack {
  if (!stack.hasNetwork) throw new Error(`${service.name} is started without a network`)
  for (const volume of service.volumes) if (!stack.volumes.includes(volume)) throw new Error(`${service.name} is started without ${volume}`)
  const retire = operation.kind === 'start' ? [] : operation.retire
  const left = stack.containers.filter(({ id }) => !retire.includes(id))
  const missing = operation.replicas - left.filter((found) => found.service === service.name && found.state !== 'removing').length
  if (missing < 0) throw new Error(`${service.name} has ${-missing} containers that nobody retires`)
  if (missing > 0 && !stack.images.has(service.image)) throw new Error(`${service.name} is started without ${service.image}`)
  const made = Array.from({ length: missing }, (_, at) => madeContainer(service, `${service.name}-new-${stack.containers.length + at}`))
  return { ...stack, containers: [...left, ...made] }
}

function madeContainer(service: StackService, id: string): ObservedContainer {
  const { name, image, configHash, isOneShot } = service
  return container({ id, service: name, image, configHash, state: isOneShot ? 'exited' : 'running', generation: 9 })
}

function serviceOf(spec: StackSpec, name: string): StackService {
  const service = spec.services.find((candidate) => candidate.name === name)
  if (service === undefined) throw new Error(`the plan starts ${name}, which the stack does not have`)
  return service
}
