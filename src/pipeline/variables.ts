// The values that the compose document's variables take: generated once per environment, kept encrypted, never printed.
import { randomBytes } from 'node:crypto'
import type { StackSpec } from '../stack/stack.ts'
import { addSecretOnce, listSecrets, placeOf } from '../store/secrets.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import type { Prepared } from './prepare.ts'
import { allOf, type ReleaseValues } from './release-values.ts'

/** As hard to guess as a 192-bit key, and free of characters that need quoting in a connection string. */
const usualDigits = 48

/** What its containers are started with: the values of the release that it goes back to, or those of today. */
export async function valuesToRun(
  attempt: Attempt,
  kyozo: Kyozo,
  { stack, secrets, valuesOfThen }: Pick<Prepared, 'stack' | 'secrets' | 'valuesOfThen'>,
): Promise<ReleaseValues> {
  const variables = await stackVariables(attempt, kyozo, stack)
  if (valuesOfThen === undefined) return { variables, secrets: secrets.valuesFor(stack) }
  attempt.redactAlso(allOf(valuesOfThen))
  return { variables: { ...variables, ...valuesOfThen.variables }, secrets: valuesOfThen.secrets }
}

async function stackVariables(attempt: Attempt, kyozo: Kyozo, stack: StackSpec): Promise<Readonly<Record<string, string>>> {
  const { vault } = kyozo
  const scope = { teamId: attempt.workspace.teamId, workspaceId: attempt.workspace.id, environmentId: attempt.environment.id }
  const list = async () => (await listSecrets(kyozo.db, scope)).filter(({ isMade, environmentId }) => isMade && environmentId !== null)
  const known = new Set((await list()).map((secret) => secret.name))
  for (const { variable, digits = usualDigits } of stack.secrets) {
    if (known.has(variable)) continue
    const value = randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits)
    const place = placeOf({ ...scope, service: null, name: variable })
    await addSecretOnce(kyozo.db, scope, { name: variable, ciphertext: vault.seal(place, value), keyId: vault.keyId })
  }
  const wanted = new Set(stack.secrets.map((secret) => secret.variable))
  const stored = (await list()).filter((secret) => wanted.has(secret.name))
  const variables = Object.fromEntries(stored.map((secret) => [secret.name, vault.open(placeOf(secret), secret.ciphertext)]))
  attempt.redactAlso(Object.values(variables))
  return variables
}
