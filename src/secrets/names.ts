// What a secret may be called and hold: it becomes a variable of a container.

/** Lets an encrypted file be opened; it is for kyozo alone and never reaches a container. */
export const ageKeyName = 'SOPS_AGE_KEY'

export const secretNamePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** As much as a process takes as one variable with room to spare; certificates and keys are far smaller. */
export const secretValueLimitBytes = 64 * 1024

/** Why a container's variable cannot be called so, as the end of a sentence; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (!secretNamePattern.test(name)) return 'must be letters, digits and _, at most 128, and begin with no digit'
  if (/^KYOZO_/i.test(name)) return 'begins with KYOZO_, which kyozo keeps for itself'
  if (name === 'PORT') return 'is set by kyozo to the port that it asks; say another port in kyozo.yaml'
  if (/^(?:PATH|HOME|HOSTNAME|LD_[A-Z_]+)$/.test(name)) return 'steers how programs are started; set it in the Dockerfile'
  return undefined
}

export function valueProblem(value: string): string | undefined {
  if (value === '') return 'is empty; remove the secret instead'
  if (value.includes('\0')) return 'holds a NUL character, which no variable can'
  const bytes = Buffer.byteLength(value)
  return bytes > secretValueLimitBytes ? `is ${bytes} bytes long; at most ${secretValueLimitBytes} are kept` : undefined
}
