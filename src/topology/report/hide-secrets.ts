// Secrets that a repository states are in it for everybody, and still in no document that kyozo prints: it is copied, logged and published.
import { secretName } from '../recommendations/secrets.ts'
import type { EnvironmentVariable, ServiceSpec } from '../topology.ts'

const mask = '***'

/** Shorter values, and plain words such as `postgres`, would be found in what is no secret. */
const tellingValue = /^(?![a-z]{1,12}$).{6,}$/is

/** The password in an address such as `postgres://shop:pw@db/shop`. */
const passwordInAddress = /(?<=^[a-z][a-z0-9+.-]{1,40}:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,200}(?=@)/i

/** The services with each secret's value hidden, where a variable states it and wherever else it stands in their variables and commands. */
export function hideSecrets<Service extends Pick<ServiceSpec, 'environment' | 'start' | 'processes'>>(
  services: readonly Service[],
): Service[] {
  const values = new Set(services.flatMap(({ environment }) => environment.flatMap(secretsOf)))
  const telling = [...values].filter((value) => tellingValue.test(value)).sort((a, b) => b.length - a.length)
  const hide = (text: string) => telling.reduce((hidden, value) => hidden.replaceAll(value, mask), text)
  return services.map((service) => ({
    ...service,
    environment: service.environment.map((variable) => hideValue(variable, hide)),
    ...(service.start === undefined ? {} : { start: hide(service.start) }),
    ...(service.processes === undefined
      ? {}
      : { processes: service.processes.map((process) => ({ ...process, command: hide(process.command) })) }),
  }))
}

function secretsOf({ name, value = '' }: EnvironmentVariable): string[] {
  return secretName.test(name) ? [value] : (passwordInAddress.exec(value) ?? [])
}

function hideValue(variable: EnvironmentVariable, hide: (text: string) => string): EnvironmentVariable {
  const { name, value } = variable
  if (value === undefined || value === '') return variable
  return { ...variable, value: secretName.test(name) ? mask : hide(value.replace(passwordInAddress, mask)) }
}
