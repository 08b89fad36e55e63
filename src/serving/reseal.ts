// When kyozo starts with a new key, everything that older ones sealed is sealed with it while kyozo serves; then the older ones can go.
import type { Kyozo } from '../pipeline/kyozo.ts'
import { keysInUse, resealAll } from '../store/sealing-keys.ts'

export function startResealing({ db, vault, log }: Pick<Kyozo, 'db' | 'vault' | 'log'>): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const work = async () => {
    const moved = await resealAll(db, vault, stopping.signal)
    if (moved > 0) log.info({ moved, key: vault.keyId }, 'secrets were sealed with the new key')
    // What another process sealed with an older key meanwhile is moved at the next start.
    const inUse = await keysInUse(db)
    if (vault.keyIds.length > 1 && inUse.every((id) => id === vault.keyId))
      log.info({ key: vault.keyId }, 'nothing is sealed with an older key any more: remove the older keys')
  }
  const done = work().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.warn({ error }, 'secrets could not be sealed with the new key; the next start goes on')
  })
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}
