// The container's own health check, which the engine runs: a HEALTHCHECK of its image or a `healthcheck` of its document.
import type { ObservedContainer } from '../../reconcile/plan.ts'

export type OwnCheck = 'none' | 'waits' | 'passed' | 'failed'

export function ownCheck(container: Pick<ObservedContainer, 'health'>): OwnCheck {
  switch (container.health) {
    case 'none':
      return 'none'
    case 'starting':
      return 'waits'
    case 'healthy':
      return 'passed'
    case 'unhealthy':
      return 'failed'
  }
}
