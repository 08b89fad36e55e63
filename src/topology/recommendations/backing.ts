// Backing services that kyozo cannot add: somebody has to run them and say where they are.
import { hostsIn, isOwnMachine } from '../relations/hosts.ts'
import { isProvided } from '../relations/kinds.ts'
import type { Dependency, Recommendation, ServiceSpec } from '../topology.ts'
import type { Rule } from './rule.ts'

/** Kinds that a program works without. */
const telling = new Set(['zipkin', 'jaeger', 'opentelemetry-collector', 'prometheus', 'grafana'])

export const adviseBacking: Rule = ({ services, backing }) =>
  backing.flatMap(({ name, kind, isExternal, evidence }): Recommendation[] => {
    if (isExternal !== true || telling.has(kind)) return []
    const users = services.filter(({ dependsOn, environment }) =>
      dependsOn.some((link) => link.service === name && link.kind === 'requires' && !isStated(link, environment)),
    )
    if (users.length === 0) return []
    const links = users.flatMap(({ dependsOn }) => dependsOn.filter((link) => link.service === name))
    const variables = [
      ...new Set(
        links
          .flatMap(({ connection, connections = [] }) => [...(connection ? [connection] : []), ...connections])
          .map(({ variable }) => variable),
      ),
    ]
    return [
      {
        code: 'backing_not_provided',
        message: `${users
          .map((service) => service.name)
          .slice(0, 5)
          .join(
            ', ',
          )} ${users.length === 1 ? 'needs' : 'need'} ${kind}, which kyozo ${isProvided(kind) ? 'does not add' : 'cannot add by itself'}.`,
        fix: `Run ${kind} in a compose file of the repository or elsewhere${variables.length === 0 ? '' : `, and set ${variables.slice(0, 6).join(', ')} under \`env\` in kyozo.yaml`}.`,
        evidence: evidence.slice(0, 3),
      },
    ]
  })

/** Whether the repository says where it is: on a developer's own machine is nowhere in a container. */
function isStated({ connection, connections = [] }: Dependency, environment: ServiceSpec['environment']): boolean {
  const variables = new Set([...(connection ? [connection] : []), ...connections].map(({ variable }) => variable))
  return environment.some(
    (variable) => variables.has(variable.name) && hostsIn(variable.value ?? '', variable.name).some(({ host }) => !isOwnMachine(host)),
  )
}
