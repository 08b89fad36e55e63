// A credential told apart from others without being kept: what a host counts its limits by, and how a change of it is noticed.
import { createHash } from 'node:crypto'
import type { ForgeConnection } from './forge.ts'

/** The same for the same credential at the same host, whatever the connection is called. Nothing leads back from it to the credential. */
export function credentialFingerprint({ apiUrl, credential }: Pick<ForgeConnection, 'apiUrl' | 'credential'>): string {
  return createHash('sha256')
    .update(JSON.stringify(['kyozo credential', apiUrl.toLowerCase(), Object.entries(credential).sort()]))
    .digest('base64url')
}
