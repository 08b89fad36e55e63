// The values that the compose document's variables take: generated once per environment, kept encrypted, never printed.
import { randomBytes } from 'node:crypto'
import type { StackSpec } from '../stack/stack.ts'
import { addSecretOnce, listSecrets } from '../store/secrets.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'

/** As hard to guess as a 192-bit key, and free of characters that need quoting in a connection string. */
const usualDigits = 48

export async function stackVariables(attempt: Attempt, kyozo: Kyozo, stack: StackSpec): Promise<Readonly<Record<string, string>>> {
  const scope = { teamId: attempt.workspace.teamId, workspaceId: attempt.workspace.id, environmentId: attempt.environment.id }
  const place = (name: string) => `${scope.workspaceId}/${scope.environmentId}/${name}`
  const known = new Set((await listSecrets(kyozo.db, scope)).map((secret) => secret.name))
  for (const { variable, digits = usualDigits } of stack.secrets) {
    if (known.has(variable)) continue
    await addSecretOnce(kyozo.db, scope, {
      name: variable,
      ciphertext: kyozo.vault.seal(
        place(variable),
        randomBytes(Math.ceil(digits / 2))
          .toString('hex')
          .slice(0, digits),
      ),
    })
  }
  const wanted = new Set(stack.secrets.map((secret) => secret.variable))
  const stored = (await listSecrets(kyozo.db, scope)).filter((secret) => wanted.has(secret.name))
  const variables = Object.fromEntries(stored.map((secret) => [secret.name, kyozo.vault.open(place(secret.name), secret.ciphertext)]))
  attempt.redactAlso(Object.values(variables))
  return variables
}
