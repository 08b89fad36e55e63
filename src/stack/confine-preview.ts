// What a preview gets of the machine, and how it ends: little of the one, and soon. Whoever may open a pull request decides what it holds.
import type { Trust } from '../topology/compose/model.ts'
import type { ComposeMap, ComposeValue } from './compose-value.ts'
import type { ServiceDraft } from './service-draft.ts'
import { bytesOf } from './settings/resources.ts'
import { composeCpus, composeMemory, kubernetesMemory } from './units.ts'

export interface PreviewLimits {
  readonly trust: Exclude<Trust, 'trusted'>
  /** Kubernetes quantities. Default is 512Mi and 0.5, of a fork 256Mi and 0.25. */
  readonly memory?: string | undefined
  readonly cpu?: string | undefined
}

const usual = {
  preview: { memory: '512Mi', cpu: '0.5', pids: 128 },
  fork: { memory: '256Mi', cpu: '0.25', pids: 64 },
} as const

/** A broken one ends, and does not start again for ever. */
const restart = 'on-failure:5'

/** Each of its services once, within the limits. A database that kyozo chose keeps the memory that its image needs. */
export function confineAsPreview<D extends ServiceDraft>(drafts: readonly D[], limits: PreviewLimits): readonly D[] {
  const { memory, cpu, pids } = usual[limits.trust]
  // What the ruling branch allows is meant for people who may push to the repository: a fork gets no more than usual.
  const most = limits.trust === 'fork' ? { memory, cpu } : { memory: limits.memory ?? memory, cpu: limits.cpu ?? cpu }
  return drafts.map((draft) => {
    const keepsMemory = draft.type === 'backing' && draft.hasMadeLogin === true && limits.trust === 'preview'
    return confined(draft, { cpus: composeCpus(most.cpu), pids, memory: keepsMemory ? undefined : most.memory })
  })
}

interface Most {
  readonly memory: string | undefined
  readonly cpus: string
  readonly pids: number
}

function confined<D extends ServiceDraft>(draft: D, most: Most): D {
  const { definition } = draft
  const limits = mapIn(mapIn(mapIn(definition, 'deploy'), 'resources'), 'limits')
  const resources = {
    limits: {
      ...limits,
      cpus: least(limits.cpus, most.cpus, Number),
      memory: most.memory === undefined ? limits.memory : least(limits.memory, composeMemory(most.memory), bytesOfCompose),
      pids: least(limits.pids, most.pids, Number),
    },
  }
  return {
    ...draft,
    definition: { ...definition, ...(draft.isOneShot ? {} : { restart }), deploy: { resources } },
    replicas: Math.min(draft.replicas, 1),
  }
}

function mapIn(map: ComposeMap, key: string): ComposeMap {
  const value = map[key]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ComposeMap) : {}
}

function least<V extends ComposeValue>(present: ComposeValue | undefined, most: V, measure: (value: string) => number): ComposeValue {
  if (typeof present !== 'string' && typeof present !== 'number') return most
  return measure(String(present)) <= measure(String(most)) ? present : most
}

function bytesOfCompose(amount: string): number {
  return bytesOf(kubernetesMemory(amount)) ?? (/^\d+b$/.test(amount) ? Number.parseInt(amount, 10) : Number.POSITIVE_INFINITY)
}
