// The plan that takes an engine on which one stack is live and healthy to another stack: what a release would do, told before there is one.
import type { TreeDiff } from '../git/source-tree.ts'
import type { StackSpec } from '../stack/stack.ts'
import { changedHealth } from './changed-health.ts'
import { explainChanges, rememberServices } from './explain-changes.ts'
import type { ObservedContainer, ObservedStack, StackPlan } from './plan.ts'
import { planStack } from './plan-stack.ts'

export interface PlanBetween {
  /** Undefined when nothing runs yet. */
  readonly running: StackSpec | undefined
  readonly next: StackSpec
  readonly diff: TreeDiff
}

export function planBetween({ running, next, diff }: PlanBetween): StackPlan {
  const explained = explainChanges({ spec: next, previousServices: running === undefined ? {} : rememberServices(running), diff })
  const live = new Map((running?.services ?? []).map((service) => [service.name, service]))
  const restart = changedHealth({ spec: next, live, diff, hasNewSettings: false })
  return planStack(next, asObserved(next, running), { ...explained, wishes: { restart } })
}

/** The engine as it is while a stack is live and healthy. */
function asObserved(next: StackSpec, running: StackSpec | undefined): ObservedStack {
  const containers = (running?.services ?? []).flatMap((service) =>
    Array.from(
      { length: service.replicas },
      (_, at): ObservedContainer => ({
        id: `${service.name}-${at + 1}`,
        name: `${next.project}-${service.name}-${at + 1}`,
        service: service.name,
        image: service.image,
        state: service.isOneShot ? 'exited' : 'running',
        health: 'healthy',
        exitCode: 0,
        wasOutOfMemory: false,
        restartCount: 0,
        startedAt: null,
        hasAlias: true,
        addressOnNetwork: null,
        publishedPorts: {},
        configHash: service.configHash,
        release: '',
        revision: '',
        generation: 0,
      }),
    ),
  )
  return {
    project: next.project,
    containers,
    hasNetwork: running !== undefined,
    volumes: running?.volumes ?? [],
    images: new Set((running?.services ?? []).map((service) => service.image)),
  }
}
