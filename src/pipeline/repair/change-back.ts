// What somebody changed of a container and nobody wants: the change that makes it as released, while it goes on running.
import type { ContainerChange } from '../../engine/engine.ts'
import { type Difference, expectedOf } from '../../reconcile/differences.ts'
import type { StackService } from '../../stack/stack.ts'
import type { Seen } from './look.ts'

export function changeBack({ stack, identity }: Seen, spec: StackService, { field }: Difference): ContainerChange {
  const expected = expectedOf(spec, stack!, { project: identity.project, labels: {}, given: undefined })
  if (field === 'limits.memory') return { memoryBytes: expected.memoryBytes }
  if (field === 'limits.cpu') return { nanoCpus: expected.nanoCpus }
  if (field === 'restart policy') return { restartPolicy: expected.restartPolicy }
  return field.startsWith('networks.') ? { leave: [field.slice('networks.'.length)] } : {}
}
