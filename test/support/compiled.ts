import path from 'node:path'

/** Where every kyozo that a test starts keeps what Node compiled: the next one starts in half the time. */
export const compiled = path.join(import.meta.dirname, '../../node_modules/.cache/kyozo-compiled')
