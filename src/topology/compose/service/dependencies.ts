// `depends_on` in both spellings.
import { closedMap, refuseShape } from '../apply-policy.ts'
import { addReference, type ServiceDraft } from '../draft.ts'
import type { Located } from '../located.ts'
import type { ComposeModelDependency } from '../model.ts'
import { differ, type Scope } from '../scope.ts'
import { flagOf, textOf, textsOf } from '../values.ts'
import { shown } from '../wording.ts'

const conditions: Readonly<Record<string, ComposeModelDependency['condition']>> = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
}

export function readDependsOn(scope: Scope, node: Located, draft: ServiceDraft): Record<string, ComposeModelDependency> {
  const dependencies: [string, ComposeModelDependency][] = []
  if (node.kind === 'map') {
    for (const [service, value] of node.entries) {
      const dependency = longDependency(scope, value)
      addReference(draft, { kind: 'service', text: service, place: value.place, isRequired: dependency.required })
      dependencies.push([service, dependency])
    }
  } else {
    for (const { text, place } of textsOf(scope, node)) {
      addReference(draft, { kind: 'service', text, place, isRequired: true })
      dependencies.push([text, { condition: 'started', required: true }])
    }
  }
  return Object.fromEntries(dependencies)
}

function longDependency(scope: Scope, node: Located): ComposeModelDependency {
  const keys = closedMap(scope, node, { what: 'a dependency', keys: ['condition', 'required', 'restart'] })
  const conditionNode = keys?.get('condition')
  const text = (conditionNode && textOf(scope, conditionNode)) ?? 'service_started'
  const condition = Object.hasOwn(conditions, text) ? conditions[text] : undefined
  if (condition === undefined)
    refuseShape(scope, conditionNode?.place ?? node.place, `${shown(text)} is not a condition; use ${Object.keys(conditions).join(', ')}`)
  const required = keys?.get('required')
  const restart = keys?.get('restart')
  if (restart && flagOf(scope, restart)) {
    differ(scope, restart.place, {
      change: '`restart` of a dependency is left out',
      reason: 'a service reconnects when the one it depends on is replaced',
    })
  }
  return { condition: condition ?? 'started', required: (required && flagOf(scope, required)) ?? true }
}
