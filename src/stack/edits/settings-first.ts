// What people set of a service in kyozo, for one environment, is meant for what runs there: it is believed before a line of a file that says otherwise.
import type { ServiceSettings } from '../../topology/declaration/settings.ts'
import type { Conflict } from '../committed/three-way.ts'

/** Keys of the document that a setting decides. */
const decides: Readonly<Record<string, readonly string[]>> = {
  replicas: ['deploy', 'replicas'],
  resources: ['deploy', 'resources'],
  env: ['environment'],
  health: ['healthcheck'],
  start: ['command'],
  build: ['build'],
  port: ['ports'],
  depends_on: ['depends_on'],
}

/** Whose value a conflict ends with: kyozo's where it comes from a setting, else that of the file. */
export function settingsFirst(settings: ServiceSettings): (conflict: Conflict) => 'keep' | 'take' {
  return ({ path: [top, service, ...rest] }) => {
    const set = top === 'services' && service !== undefined && Object.hasOwn(settings, service) ? settings[service] : undefined
    const keys = Object.keys(set ?? {}).flatMap((key) => (decides[key] === undefined ? [] : [decides[key]]))
    return keys.some((key) => key.every((part, at) => rest[at] === part)) ? 'take' : 'keep'
  }
}
