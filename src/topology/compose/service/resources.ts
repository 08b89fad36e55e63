// Memory, processors, processes and replicas in both spellings: `deploy` and the older keys of the service itself.
import { closedMap, readKeys, refuseShape } from '../apply-policy.ts'
import type { ServiceDraft } from '../draft.ts'
import { cpusLimits, memoryLimits, pidsLimits, replicasLimit, shmLimitBytes, ulimitLimits } from '../limits.ts'
import type { Located } from '../located.ts'
import type { ComposeModelResources, RestartPolicy } from '../model.ts'
import { deployKeys } from '../policy.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { bytesOf, integerOf, numberOf, textOf } from '../values.ts'
import { shown } from '../wording.ts'
import { checkLabels } from './labels.ts'

type Resource = keyof ComposeModelResources

export function readResource(scope: Scope, node: Located, resource: Resource): number | undefined {
  switch (resource) {
    case 'memoryBytes':
    case 'memoryReservationBytes':
      return bytesOf(scope, node, { ...memoryLimits, what: 'an amount of memory in bytes' })
    case 'cpus':
      return numberOf(scope, node, { ...cpusLimits, what: 'a number of processors' })
    case 'pids':
      return integerOf(scope, node, { ...pidsLimits, what: 'a number of processes' })
  }
}

/** The same limit may stand in both spellings, if it is the same. */
export function setResource(scope: Scope, node: Located, target: { draft: ServiceDraft; resource: Resource }): void {
  const { draft, resource } = target
  const value = readResource(scope, node, resource)
  if (value === undefined) return
  const held = draft.resources?.[resource]
  if (held !== undefined && held !== value)
    refuseShape(scope, node.place, 'the limit stands twice with different values; keep the one under `deploy.resources`')
  draft.resources = { ...draft.resources, [resource]: value }
}

export function readReplicas(scope: Scope, node: Located): number | undefined {
  return integerOf(scope, node, { minimum: 0, maximum: replicasLimit, rule: 'quota', what: 'a number of containers' })
}

export function readDeploy(scope: Scope, node: Located, draft: ServiceDraft): void {
  if (node.kind !== 'map') {
    if (node.kind !== 'scalar' || node.value !== null) refuseShape(scope, node.place, '`deploy` must be a map')
    return
  }
  readKeys(scope, node, {
    what: '`deploy`',
    policy: deployKeys,
    readers: {
      mode: (value) => checkMode(scope, value),
      replicas: (value) => {
        const replicas = readReplicas(scope, value)
        if (replicas !== undefined) draft.replicas = replicas
      },
      resources: (value) => readDeployResources(scope, value, draft),
      restart_policy: (value) => {
        const restart = readRestartPolicy(scope, value)
        if (restart !== undefined) draft.restart ??= restart
      },
      labels: (value) => {
        checkLabels(scope, value)
        differ(scope, value.place, {
          change: '`deploy.labels` are left out',
          reason: 'they belong to a Swarm service; labels of containers stand under `labels`',
        })
      },
    },
  })
}

function checkMode(scope: Scope, node: Located): void {
  const mode = textOf(scope, node)
  if (mode === undefined || mode === 'replicated') return
  refuse(scope, node.place, {
    rule: 'quota',
    message: `the mode ${shown(mode)} runs as many containers as there are machines; use \`replicas\``,
  })
}

const limitKeys: Readonly<Record<string, Resource>> = { memory: 'memoryBytes', cpus: 'cpus', pids: 'pids' }

function readDeployResources(scope: Scope, node: Located, draft: ServiceDraft): void {
  const parts = closedMap(scope, node, { what: '`deploy.resources`', keys: ['limits', 'reservations'] })
  const limits = parts?.get('limits')
  const limitValues = limits && closedMap(scope, limits, { what: '`limits`', keys: Object.keys(limitKeys) })
  for (const [key, value] of limitValues ?? []) setResource(scope, value, { draft, resource: limitKeys[key]! })
  const reservations = parts?.get('reservations')
  const reserved =
    reservations && closedMap(scope, reservations, { what: '`reservations`', keys: ['memory', 'cpus', 'devices', 'generic_resources'] })
  for (const [key, value] of reserved ?? []) {
    if (key === 'memory') setResource(scope, value, { draft, resource: 'memoryReservationBytes' })
    else if (key === 'cpus')
      differ(scope, value.place, {
        change: '`reservations.cpus` is left out',
        reason: 'one machine shares its processors; only limits count there',
      })
    else
      refuse(scope, value.place, {
        rule: 'device',
        message: `\`${key}\` gives the container a device of the host; remove it, or ask the operator of this kyozo to allow it`,
      })
  }
}

/** `restart`: a word, and for `on-failure` how often. */
export function readRestart(scope: Scope, node: Located): RestartPolicy | undefined {
  // Unquoted `no` is a word of YAML 1.1 for false.
  const text = node.kind === 'scalar' && node.value === false ? 'no' : textOf(scope, node)
  if (text === undefined || text === '') return undefined
  if (text === 'no' || text === 'always' || text === 'unless-stopped' || text === 'on-failure') return text
  const attempts = /^on-failure:(\d{1,4})$/.exec(text)?.[1]
  if (attempts !== undefined) return `on-failure:${Number(attempts)}`
  return refuseShape(scope, node.place, `${shown(text)} is not a restart policy; use no, always, unless-stopped or on-failure`)
}

function readRestartPolicy(scope: Scope, node: Located): RestartPolicy | undefined {
  const keys = closedMap(scope, node, { what: '`restart_policy`', keys: ['condition', 'delay', 'max_attempts', 'window'] })
  const conditionNode = keys?.get('condition')
  const condition = (conditionNode && textOf(scope, conditionNode)) ?? 'any'
  const attemptsNode = keys?.get('max_attempts')
  const attempts = attemptsNode && integerOf(scope, attemptsNode, { minimum: 0, maximum: 9999, what: 'a number of attempts' })
  for (const key of ['delay', 'window']) {
    const value = keys?.get(key)
    if (value !== undefined)
      differ(scope, value.place, { change: `\`${key}\` is left out`, reason: 'the engine chooses the pause between restarts' })
  }
  switch (condition) {
    case 'none':
      return 'no'
    case 'any':
      return 'always'
    case 'on-failure':
      return attempts ? `on-failure:${attempts}` : 'on-failure'
    default:
      return refuseShape(scope, conditionNode?.place ?? node.place, `${shown(condition)} is not a condition; use none, on-failure or any`)
  }
}

export function readShmSize(scope: Scope, node: Located): number | undefined {
  return bytesOf(scope, node, { minimum: 1, maximum: shmLimitBytes, what: 'a size in bytes of shared memory' })
}

export function readUlimits(scope: Scope, node: Located): Record<string, { soft: number; hard: number }> {
  if (node.kind !== 'map') return refuseShape(scope, node.place, '`ulimits` must be a map') ?? {}
  const ulimits: Record<string, { soft: number; hard: number }> = {}
  for (const [name, value] of node.entries) {
    const limit = Object.hasOwn(ulimitLimits, name) ? ulimitLimits[name] : undefined
    if (limit === undefined) {
      refuse(scope, value.place, { rule: 'limit', message: `the ulimit ${shown(name)} is not one that kyozo allows; remove it` })
      continue
    }
    const bounds = { minimum: limit === Number.POSITIVE_INFINITY ? -1 : 0, maximum: limit, what: `a number for the ulimit ${name}` }
    const ends = value.kind === 'map' ? closedMap(scope, value, { what: 'a ulimit', keys: ['soft', 'hard'] }) : undefined
    const [soft, hard] = [ends?.get('soft') ?? value, ends?.get('hard') ?? value].map((end) => integerOf(scope, end, bounds))
    if (soft !== undefined && hard !== undefined) ulimits[name] = { soft, hard }
  }
  return ulimits
}
