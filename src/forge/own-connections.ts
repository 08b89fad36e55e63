// The operator's own connections, one a Git host at most, from what the environment says of each.
import { KyozoError } from '../errors.ts'
import type { ConnectionSettings, ForgeConnection } from './forge.ts'
import { forges, isForgeName } from './index.ts'

export interface OwnSettings extends Omit<ConnectionSettings, 'name'> {
  readonly forge: string
}

/** How the operator's connection to a host is called; the first there was has the short name. */
export function ownConnectionName(forge: string): string {
  return forge === 'github' ? 'main' : `main-${forge}`
}

/** Whether a name is kept for the operator. */
export function isOwnName(name: string): boolean {
  return name === 'main' || name.startsWith('main-')
}

/** Throws `config_invalid` for a host that is none of the list, and for what could never work. */
export function ownConnections(all: readonly OwnSettings[]): readonly ForgeConnection[] {
  return all.map(({ forge, ...settings }) => {
    if (isForgeName(forge)) return forges[forge].connection({ ...settings, name: ownConnectionName(forge) })
    throw new KyozoError('config_invalid', `KYOZO_${forge.toUpperCase()}_WEBHOOK_SECRET is set, and kyozo knows no Git host ${forge}`, {
      hint: `it knows ${Object.keys(forges).join(', ')}`,
    })
  })
}
