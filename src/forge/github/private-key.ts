// The private key of a GitHub App, as somebody pasted it.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'

/** GitHub's have 2048 bits: 1.7 KB. */
const limitCharacters = 16 * 1024

/** Why it is none, as the end of a sentence; undefined when it is one. Never a part of it. */
export function privateKeyProblem(pem: string): string | undefined {
  if (pem.length > limitCharacters) return `is larger than ${limitCharacters / 1024} KiB`
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)].map(([, label]) => label)
  if (blocks.length === 0) return 'is no PEM: it begins with -----BEGIN RSA PRIVATE KEY-----'
  if (blocks.length > 1) return `holds ${blocks.length} keys or certificates; give the one private key alone`
  if (blocks[0] === 'ENCRYPTED PRIVATE KEY' || /Proc-Type: 4,ENCRYPTED/.test(pem)) return 'is encrypted with a passphrase; give it without'
  if (blocks[0] !== 'RSA PRIVATE KEY' && blocks[0] !== 'PRIVATE KEY') return `is a ${blocks[0]?.toLowerCase()}, not a private key`
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType !== 'rsa') return 'is no RSA key, which is what GitHub gives'
    // A number in it that was damaged is read like any other.
    const trial = Buffer.from('kyozo')
    if (verify('sha256', trial, createPublicKey(key), sign('sha256', trial, key))) return undefined
    return 'is damaged; give the whole file as GitHub gave it'
  } catch {
    return 'cannot be read as a private key; give the whole file'
  }
}
