// A plan in words: one line an operation, each ending in its cause. The same text is in the release, in `git push` and in the tests.
import type { Operation, StackPlan } from './plan.ts'

export function formatPlan({ operations }: StackPlan): string {
  return operations.map((operation) => `${formatOperation(operation)}: ${operation.cause}`).join('\n')
}

/** What an operation does, without its cause. */
export function formatOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'build':
      return `build ${operation.service} as ${operation.image}`
    case 'pull':
      return `pull ${operation.image} for ${operation.service}`
    case 'create_network':
      return `create network ${operation.network}`
    case 'create_volume':
      return `create volume ${operation.volume}`
    case 'start':
      return `start ${operation.service}${copies(operation.replicas)}`
    case 'replace_beside':
      return `replace ${operation.service}${copies(operation.replicas)} beside the old one${operation.pace === 'one_by_one' ? ', one container after the other' : ''}`
    case 'replace_stop_first':
      return `replace ${operation.service}${copies(operation.replicas)} after stopping the old one, because ${operation.reason}`
    case 'restart':
      return `restart ${operation.service}`
    case 'restart_in_place':
      return `restart ${operation.service} where it is, one container after the other and without an answer meanwhile, because ${operation.reason}`
    case 'stop':
      return `stop ${operation.service}`
    case 'scale':
      return `scale ${operation.service} to ${operation.replicas}${retiring(operation.retire.length)}`
    case 'remove':
      return `remove ${operation.service}`
    case 'keep':
      return `keep ${operation.service}`
    case 'keep_volume':
      return `keep volume ${operation.volume}`
  }
}

function copies(replicas: number): string {
  return replicas === 1 ? '' : ` (${replicas} copies)`
}

function retiring(amount: number): string {
  return amount === 0 ? '' : `, retiring ${amount}`
}
