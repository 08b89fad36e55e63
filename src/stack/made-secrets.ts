// Secrets that mean nothing beyond one environment, such as the key that a framework signs with: kyozo makes them as it makes passwords.
import type { EnvironmentVariable, ServiceSpec } from '../topology/topology.ts'
import { type ComposeValue, interpolate, type Variable } from './compose-value.ts'

/** Programs of one folder read what the others have signed, so they share one; another folder's has its own. */
export function madeSecrets({ path, environment }: ServiceSpec): Record<string, ComposeValue> {
  return Object.fromEntries(
    environment.flatMap((variable) => (variable.made === undefined ? [] : [[variable.name, secretFor(variable, path)] as const])),
  )
}

/** Digits are letters of base64 too: 43 of them and a pad are 32 bytes, of which 172 bits are chance. */
function secretFor({ name, made }: EnvironmentVariable, path: string): ComposeValue {
  const folder = path === '.' ? [] : [path]
  // The server's own settings begin with KYOZO_ too.
  const variable = ['KYOZO_KEY', ...folder, name]
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
  return made === 'base64' ? interpolate(['base64:', digitsOf(variable, 43), '=']) : interpolate([digitsOf(variable, 64)])
}

function digitsOf(variable: string, digits: number): Variable {
  return { variable, default: 'localonly'.repeat(8).slice(0, digits), digits }
}
