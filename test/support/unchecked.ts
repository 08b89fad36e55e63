// Servers of an earlier version, and of other programs that answer below the same path: what they answer is documented elsewhere.
const place = Symbol.for('kyozo.unchecked')
const known = globalThis as { [place]?: Set<string> }

known[place] ??= new Set()

/** Their addresses, such as `http://127.0.0.1:4400`. */
export const unchecked: Set<string> = known[place]
