// Redaction by value: whatever is stored or shown passes through here with every secret that was in play.

/** Shorter values would hide ordinary words. */
const shortestSecret = 4
/** A part of an encoded value: as long as chance does not make it. */
const shortestPart = 6
const mask = '***'

/** Hides each value, its lines, and its base64, hexadecimal, URL, JSON, HTML and shell spellings, also within a longer text that was encoded. */
export function createRedactor(values: Iterable<string>): (text: string) => string {
  const spellings = new Set<string>()
  for (const value of values) for (const spelling of spellingsOf(value)) for (const piece of piecesOf(spelling)) spellings.add(piece)
  if (spellings.size === 0) return (text) => text
  // The longest first, so that a value inside another does not leave its rest behind. The pieces of one long value become one mask.
  const pieces = [...spellings].sort((a, b) => b.length - a.length).map(escapePattern)
  const pattern = new RegExp(`(?:${pieces.join('|')})+`, 'g')
  return (text) => text.replace(pattern, mask)
}

function* spellingsOf(value: string): Generator<string> {
  for (const line of value.split(/\r?\n/)) if (line.length >= shortestSecret) yield* writings(line)
  if (value.length < shortestSecret) return
  const bytes = Buffer.from(value)
  yield bytes.toString('hex')
  yield bytes.toString('hex').toUpperCase()
  for (const encoding of ['base64', 'base64url'] as const) {
    yield bytes.toString(encoding).replace(/=+$/, '')
    yield* withinBase64(bytes, encoding)
    yield* wrapped(bytes.toString(encoding))
  }
}

/** How programs write a text inside another: in an address, a form, JSON, HTML and a shell. */
function writings(line: string): readonly string[] {
  const percent = encodeURIComponent(line)
  const json = JSON.stringify(line).slice(1, -1)
  return [
    line,
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    percent.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    percent.replaceAll('%2F', '/'),
    percent.replaceAll('%20', '+').replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    json,
    json.replaceAll('/', '\\/'),
    json.replace(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
    JSON.stringify(json).slice(1, -1),
    line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    line.replaceAll("'", "'\\''"),
  ]
}

/** What of a value's base64 stays the same whatever stands before and after it, for each of the three places where it can begin. */
function* withinBase64(bytes: Buffer, encoding: 'base64' | 'base64url'): Generator<string> {
  for (const [before, firstWhole] of [
    [0, 0],
    [1, 2],
    [2, 3],
  ] as const) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(encoding)
      .replace(/=+$/, '')
    const whole = Math.floor(((before + bytes.length) * 8) / 6)
    const part = text.slice(firstWhole, whole)
    if (part.length >= shortestPart) yield part
  }
}

/** The columns at which programs break base64. */
const columns = [64, 76]

function* wrapped(text: string): Generator<string> {
  for (const width of columns) {
    if (text.length <= width) continue
    for (let at = 0; at < text.length; at += width) {
      const part = text.slice(at, at + width).replace(/=+$/, '')
      if (part.length >= shortestPart) yield part
    }
  }
}

/** A log cuts long lines: of a long value each piece is hidden, so that a cut shows less than one. */
const longest = 256
const pieceLength = 64

function piecesOf(spelling: string): readonly string[] {
  if (spelling.length <= longest) return [spelling]
  const pieces: string[] = []
  for (let at = 0; at < spelling.length; at += pieceLength) {
    const piece = spelling.slice(at, at + pieceLength)
    pieces.push(piece.length >= shortestPart ? piece : spelling.slice(-pieceLength))
  }
  return pieces
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
