// The engine's stream of a container's output as lines: when, from which stream, and text that can harm no terminal and no page.
import type { OutputLine } from '../engine.ts'

/** One line of output; longer ones are cut. */
export const outputLineCharacters = 16 * 1024
/** More is assembled than is shown, so that a secret across the cut is still found whole. */
const assembledCharacters = 2 * outputLineCharacters
/** Without framing, nothing says where a line that never ends could be cut. */
const unframedBytes = 64 * 1024
const headerBytes = 8

type Piece = Pick<OutputLine, 'at' | 'stream' | 'text'>

/** Takes the bytes as they come and gives the lines that are complete. A terminal's output has no frames and one stream. */
export function lineReader(container: string, isTerminal: boolean): (bytes: Buffer) => OutputLine[] {
  const pieces = isTerminal ? unframed() : framed()
  let last = ''
  let nth = 0
  return (bytes) =>
    pieces(bytes).map((piece) => {
      nth = piece.at === last ? nth + 1 : 0
      last = piece.at
      return { ...piece, container, nth, text: harmless(piece.text) }
    })
}

/** Frames of a kind, three empty bytes, a length, and the bytes of one message; a long line is several messages, each with the time in front. */
function framed(): (bytes: Buffer) => Piece[] {
  let rest: Buffer = Buffer.alloc(0)
  const begun = new Map<Piece['stream'], Piece>()
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const done: Piece[] = []
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4)
      if (rest.length < end) break
      const stream = rest[0] === 2 ? 'stderr' : 'stdout'
      const piece = asPiece(rest.toString('utf8', headerBytes, end), stream)
      rest = rest.subarray(end)
      const before = begun.get(stream)
      const whole = before === undefined ? piece : { ...before, text: (before.text + piece.text).slice(0, assembledCharacters) }
      begun.delete(stream)
      if (piece.text.endsWith('\n')) done.push(whole)
      else begun.set(stream, whole)
    }
    return done
  }
}

function unframed(): (bytes: Buffer) => Piece[] {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const end = rest.lastIndexOf(0x0a)
    if (end === -1) {
      rest = rest.subarray(0, unframedBytes)
      return []
    }
    const lines = rest.toString('utf8', 0, end).split('\n')
    rest = Buffer.from(rest.subarray(end + 1))
    return lines
      .map((line) => asPiece(line, 'stdout'))
      .map((piece) => ({ ...piece, text: piece.text.replace(timesInside, '').slice(0, assembledCharacters) }))
  }
}

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z`
const timeInFront = new RegExp(`^(${time}) `)
/** In front of each further message of a long line. */
const timesInside = new RegExp(`(?<=[^]{16384})${time} `, 'g')

function asPiece(text: string, stream: Piece['stream']): Piece {
  const at = timeInFront.exec(text)?.[1]
  return at === undefined ? { at: '', stream, text } : { at, stream, text: text.slice(at.length + 1) }
}

const esc = String.raw`\u001b`
const notText = new RegExp(
  [
    // Operating system commands, such as links and the clipboard, and other strings that a terminal takes.
    String.raw`${esc}\][^\u0007\u001b]*(?:\u0007|${esc}\\)?`,
    String.raw`${esc}[PX^_][^\u001b]*(?:${esc}\\)?`,
    String.raw`${esc}\[[0-?]*[ -/]*[@-~]?`,
    `${esc}[ -/]*[0-~]?`,
    String.raw`[\u0000-\u0008\u000a-\u001f\u007f-\u009f]`,
  ].join('|'),
  'g',
)
const colour = new RegExp(String.raw`^${esc}\[[0-9;:]*m$`)

/** Colours stay; whatever else moves, erases, links or rings goes, and so do control characters but the tabulator. */
export function harmless(text: string): string {
  return text.replace(notText, (found) => (colour.test(found) ? found : ''))
}
