// The values that a release runs with: kept with it, sealed, so that going back starts what was good then with the variables of then.
import type { Vault } from '../secrets/vault.ts'
import { findReleaseValues, listReleaseValues, releaseValuesPlace } from '../store/kept-releases.ts'
import type { SealedValue } from '../store/secrets.ts'
import type { Kyozo } from './kyozo.ts'

export interface ReleaseValues {
  /** What the document's own variables take: values that kyozo made. */
  readonly variables: Readonly<Record<string, string>>
  /** Service → variable → value: what people set, and what files of the commit hold. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export function sealValues(vault: Vault, releaseId: string, values: ReleaseValues): SealedValue {
  return { ciphertext: vault.seal(releaseValuesPlace(releaseId), JSON.stringify(values)), keyId: vault.keyId }
}

/** Undefined when they were not kept. */
export async function valuesOfRelease({ db, vault }: Pick<Kyozo, 'db' | 'vault'>, releaseId: string): Promise<ReleaseValues | undefined> {
  const sealed = await findReleaseValues(db, releaseId)
  return sealed === undefined ? undefined : (JSON.parse(vault.open(releaseValuesPlace(releaseId), sealed)) as ReleaseValues)
}

/** Every value that a kept release of the environment ran with: containers of it may still print them. */
export async function keptValues({ db, vault }: Pick<Kyozo, 'db' | 'vault'>, environmentId: string): Promise<readonly string[]> {
  const rows = await listReleaseValues(db, environmentId)
  const all = rows.flatMap(({ releaseId, ciphertext }) => allOf(JSON.parse(vault.open(releaseValuesPlace(releaseId), ciphertext))))
  return [...new Set(all)]
}

export function allOf({ variables, secrets }: ReleaseValues): readonly string[] {
  return [...Object.values(variables), ...Object.values(secrets).flatMap((given) => Object.values(given))]
}

/** Names of what people set that a service gets another value of, or gets only on one side; by service. */
export function differingNames(before: ReleaseValues['secrets'], now: ReleaseValues['secrets']): ReadonlyMap<string, readonly string[]> {
  const services = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return new Map(
    services.flatMap((service) => {
      const [old, young] = [before[service] ?? {}, now[service] ?? {}]
      const names = [...new Set([...Object.keys(old), ...Object.keys(young)])].filter((name) => old[name] !== young[name]).sort()
      return names.length === 0 ? [] : [[service, names] as const]
    }),
  )
}
