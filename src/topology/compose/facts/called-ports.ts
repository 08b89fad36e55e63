// Inside a stack services call one another by name and port: a service that publishes nothing listens where its neighbours call it.
import { asPort } from '../../reading/data.ts'
import type { ComposeServiceFacts } from './facts.ts'

/** Characters of the texts of one service that are searched. */
const textLimit = 8_000

const addressPattern = /(?:^|[/@,=\s"'([])([a-z0-9][\w.-]{0,62}):(\d{2,5})(?=$|[/,\s"')\];?&])/gi

/** The services, those without a port with the one that another service calls them at. */
export function withCalledPorts(services: readonly ComposeServiceFacts[]): readonly ComposeServiceFacts[] {
  if (services.every(({ ports }) => ports.length > 0)) return services
  const called = new Map<string, ComposeServiceFacts['ports'][number]>()
  for (const service of services) {
    for (const { text, evidence } of textsOf(service)) {
      for (const [, host = '', digits] of text.matchAll(addressPattern)) {
        const port = asPort(digits)
        if (port !== undefined && !called.has(host))
          called.set(host, { port, evidence: { ...evidence, fact: `${service.name} calls ${host}:${port}` } })
      }
    }
  }
  return services.map((service) => {
    if (service.ports.length > 0) return service
    const names = [service.name, ...(service.containerName === undefined ? [] : [service.containerName]), ...service.aliases]
    const found = names.map((name) => called.get(name)).find((port) => port !== undefined)
    return found === undefined ? service : { ...service, ports: [found] }
  })
}

function textsOf({ command, entrypoint, environment, evidence }: ComposeServiceFacts) {
  const commands = [command, entrypoint].flatMap((text) => (text === undefined ? [] : [{ text: text.slice(0, textLimit), evidence }]))
  return [...environment.map((variable) => ({ text: variable.value.slice(0, textLimit), evidence: variable.evidence })), ...commands]
}
