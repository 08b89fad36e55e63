// Deltas of packs, as gitformat-pack(5) has them: pieces copied from a base, and pieces inserted.

export interface DeltaSizes {
  readonly base: number
  readonly result: number
  /** Where the instructions begin. */
  readonly start: number
}

export function deltaSizes(delta: Buffer): DeltaSizes {
  let at = 0
  const next = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = delta[at++] ?? 0
      value += (byte & 127) * scale
      if ((byte & 128) === 0) return value
    }
  }
  const base = next()
  return { base, result: next(), start: at }
}

/** The base as the delta changes it; undefined when the delta says something impossible. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer | undefined {
  const sizes = deltaSizes(delta)
  if (sizes.base !== base.length) return undefined
  const result = Buffer.allocUnsafe(sizes.result)
  let to = 0
  for (let at = sizes.start; at < delta.length; ) {
    const order = delta[at] ?? 0
    if (order === 0) return undefined
    const piece = (order & 128) === 0 ? { from: delta, start: at + 1, length: order, next: at + 1 + order } : copyPiece(base, delta, at)
    if (piece.start + piece.length > piece.from.length || to + piece.length > result.length) return undefined
    piece.from.copy(result, to, piece.start, piece.start + piece.length)
    to += piece.length
    at = piece.next
  }
  return to === result.length ? result : undefined
}

interface Piece {
  readonly from: Buffer
  readonly start: number
  readonly length: number
  /** Where the next instruction begins. */
  readonly next: number
}

/** The low seven bits of the order say which bytes of the place and of the length follow. */
function copyPiece(base: Buffer, delta: Buffer, at: number): Piece {
  const order = delta[at] ?? 0
  let next = at + 1
  let start = 0
  let length = 0
  for (let bit = 0; bit < 4; bit++) if (order & (1 << bit)) start += (delta[next++] ?? 0) * 256 ** bit
  for (let bit = 0; bit < 3; bit++) if (order & (16 << bit)) length += (delta[next++] ?? 0) * 256 ** bit
  return { from: base, start, length: length === 0 ? 65_536 : length, next }
}
