// Redaction by value: whatever is stored or shown passes through here with every secret that was in play.

/** Shorter values would hide ordinary words. */
const shortestSecret = 4
const mask = '***'

/** Hides each value, its lines, and its base64, URL-encoded and JSON-escaped spellings. */
export function createRedactor(values: Iterable<string>): (text: string) => string {
  const spellings = new Set<string>()
  for (const value of values) for (const spelling of spellingsOf(value)) spellings.add(spelling)
  if (spellings.size === 0) return (text) => text
  // The longest first, so that a value inside another does not leave its rest behind.
  const pattern = new RegExp(
    [...spellings]
      .sort((a, b) => b.length - a.length)
      .map(escapePattern)
      .join('|'),
    'g',
  )
  return (text) => text.replace(pattern, mask)
}

function* spellingsOf(value: string): Generator<string> {
  for (const line of value.split(/\r?\n/)) {
    if (line.length < shortestSecret) continue
    yield line
    yield encodeURIComponent(line)
    yield JSON.stringify(line).slice(1, -1)
  }
  if (value.length < shortestSecret) return
  const bytes = Buffer.from(value)
  yield bytes.toString('hex')
  for (const encoding of ['base64', 'base64url'] as const) yield bytes.toString(encoding).replace(/=+$/, '')
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
