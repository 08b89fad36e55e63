// Services that refuse whoever asks for a name that they do not know: their check, and everybody who comes through kyozo.
import { allowedHostsOf } from '../allowed-hosts.ts'
import { printable } from '../paths.ts'
import type { Recommendation } from '../topology.ts'
import { forEachService } from './rule.ts'

export const adviseAllowedHosts = forEachService((service, repository): Recommendation | undefined => {
  const allowed = service.port === undefined ? undefined : allowedHostsOf(service, repository)
  if (allowed === undefined || (allowed.admitsChecks && allowed.admitsOthers)) return undefined
  const { setting, hosts, variable, evidence, admitsChecks, admitsOthers } = allowed
  const known = hosts.length === 0 ? 'no name that anybody asks for' : printable(hosts.slice(0, 4).join(', '))
  const check = admitsChecks ? '' : (checks[service.health?.kind ?? ''] ?? '')
  const others = admitsOthers ? '' : ' Whoever asks for the name that kyozo serves it under is refused.'
  const own = `${service.name}.<workspace>.<base domain>`
  const names = [...new Set(['localhost', ...hosts, own])].slice(0, 20)
  return {
    code: 'allowed_hosts',
    message: `${service.name} answers only to ${known}, by ${setting}.${check}${others}`,
    fix:
      variable === undefined
        ? `Add \`localhost\`, which health checks ask for, and the name that people ask for, such as \`${own}\`, to ${setting} in ${printable(evidence.path)}.`
        : `Name them in kyozo.yaml, \`localhost\` for health checks and what people ask for: \`services: {${service.name}: {path: ${JSON.stringify(service.path)}, env: {${variable.name}: ${JSON.stringify(names.join(variable.separator))}}}}\``,
    evidence: [evidence],
  }
})

/** What becomes of a check that asks for `localhost`. */
const checks: Readonly<Record<string, string>> = {
  http: ' Its health check is refused.',
  tcp: ' A health page would refuse whoever checks it, so only the open port is checked.',
}
