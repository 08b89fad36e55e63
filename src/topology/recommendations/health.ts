// Services that cannot be asked whether they work.
import { allowedHostsOf } from '../allowed-hosts.ts'
import type { Recommendation } from '../topology.ts'
import { forEachService } from './rule.ts'

export const adviseHealth = forEachService((service, repository): Recommendation | undefined => {
  const { name, port, health, evidence, type, compose } = service
  if (port === undefined || health?.kind !== 'tcp' || type === 'compose_stack' || type === 'database' || compose !== undefined)
    return undefined
  // Its endpoint would refuse the question: that is told of.
  if (allowedHostsOf(service, repository)?.admitsChecks === false) return undefined
  return {
    code: 'no_health_endpoint',
    message: `${name} answers on port ${port} but no health endpoint was found, so only the open port is checked.`,
    fix: 'Answer GET /healthz with 200 once the service can work, or name a path under `health` in kyozo.yaml.',
    evidence: evidence.slice(0, 1),
  }
})
