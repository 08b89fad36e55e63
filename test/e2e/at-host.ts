// A double of any Git host and a kyozo that hears from it, for the texts that are the same at every host.
import { expect } from 'vitest'
import { emptyDatabaseUrl } from '../support/database.ts'
import type { HostDouble } from '../support/hosts/host.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'

export interface AtHost {
  readonly host: HostDouble
  readonly kyozo: TestKyozo
  /** Takes both away; fails where the host was asked what it does not know. */
  leave(): Promise<void>
}

export async function atHost(startHost: () => Promise<HostDouble>, environment: Readonly<Record<string, string>>): Promise<AtHost> {
  const host = await startHost()
  const kyozo = await startKyozo({ ...host.environment, DATABASE_URL: await emptyDatabaseUrl(), ...environment })
  return {
    host,
    kyozo,
    async leave() {
      const problems = host.problems()
      await kyozo.remove()
      await host.close()
      expect(problems).toEqual([])
    },
  }
}
