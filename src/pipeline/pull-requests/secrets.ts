// Which secrets a preview may read. The branch that rules it says so, by name; a fork reads none unless that says so too.
import type { ReadableSecrets } from '../environment-secrets.ts'
import type { PreviewGround } from './ground.ts'

export function readableSecrets({ trust, rules }: Pick<PreviewGround, 'trust' | 'rules'>): ReadableSecrets {
  if (trust === 'fork' && !rules.forksReadSecrets) return { own: false, ofWorkspace: [] }
  return { own: true, ofWorkspace: rules.secrets }
}
