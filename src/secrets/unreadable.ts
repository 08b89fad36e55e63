// The one way to say that a file of encrypted secrets cannot be used.
import { KyozoError } from '../errors.ts'

/** An encrypted file that cannot be used: what it is, and what to do. Never a value. */
export function unreadable(file: string, what: string, hint: string): KyozoError {
  return new KyozoError('secret_unreadable', `the secrets file ${file} ${what}`, { hint })
}
