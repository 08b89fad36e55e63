// The two documents, as data and as text. Their text is made from typed values, key by key in a fixed order, so that a change of one value
// is a change of one line.
import type { KeptNames } from '../topology/declaration/settings.ts'
import { byCodeUnit } from './canonical.ts'
import { writeMap } from './compose-value.ts'
import { houseText } from './house-yaml.ts'
import { keptNamesKey } from './kept-names.ts'
import type { LinkedService } from './link-services.ts'
import { asComment } from './reasons.ts'
import type { ComposeDocument, ComposeService } from './stack.ts'

/** In the order in which a person asks: what it is, how it is reached, what it needs, how it is kept. */
const serviceKeys = [
  'image', 'build', 'platform', 'entrypoint', 'command', 'working_dir', 'user', 'group_add', 'hostname', 'init', 'depends_on',
  'environment', 'ports', 'expose', 'networks', 'network_mode', 'pid', 'ipc', 'volumes', 'tmpfs', 'healthcheck', 'restart', 'stop_signal', 'stop_grace_period',
  'read_only', 'security_opt', 'cap_drop', 'cap_add', 'ulimits', 'sysctls', 'shm_size', 'deploy', 'logging', 'labels',
] // biome-ignore format: a list

const head = [
  'What kyozo runs for this repository. kyozo writes this file anew when the shape of the stack changes, not when only code does.',
  'The same without kyozo: docker compose -f compose.kyozo.yaml up --build',
  'The comments say where values come from. Rights, restarts, stopping and logs are the same for every service: kyozo decides them.',
]

const overlayHead = 'What kyozo adds to compose.kyozo.yaml when it runs it: image keys and labels, nothing else.'

/** `compose.kyozo.yaml` as data. */
export function composeDocument(services: readonly LinkedService[], keptNames: KeptNames = {}): ComposeDocument {
  const byName = [...services].sort((a, b) => byCodeUnit(a.name, b.name))
  const volumes = [...new Set(services.flatMap((service) => service.volumes))].sort(byCodeUnit)
  return {
    services: Object.fromEntries(byName.map(({ name, definition }) => [name, inReadingOrder(writeMap(definition))])),
    networks: { default: {} },
    ...(volumes.length === 0 ? {} : { volumes: Object.fromEntries(volumes.map((volume) => [volume, {}])) }),
    ...(Object.keys(keptNames).length === 0 ? {} : { [keptNamesKey]: writeMap(keptNames) }),
  }
}

/** `compose.kyozo.yaml` as text, with the reasons above each service. */
export function documentText(document: ComposeDocument, services: readonly LinkedService[]): string {
  const reasons = new Map(services.map(({ name, reasons }) => [name, reasons.map(asComment)]))
  return houseText({ data: document, head, reasons })
}

export function overlayText(overlay: ComposeDocument): string {
  return houseText({ data: overlay, head: [overlayHead] })
}

function inReadingOrder(definition: ComposeService): ComposeService {
  const rank = (key: string) => (serviceKeys.includes(key) ? serviceKeys.indexOf(key) : serviceKeys.length)
  return Object.fromEntries(Object.entries(definition).sort(([a], [b]) => rank(a) - rank(b) || byCodeUnit(a, b)))
}
