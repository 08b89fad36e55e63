// Markdown of a bounded length: what GitHub would refuse as too long is cut where a line ends, and says so.

export interface MarkdownLimit {
  readonly limit: number
  /** GitHub counts the characters of comments and the bytes of checks. */
  readonly unit: 'characters' | 'bytes'
  /** Has to stand in the text also when it is cut. Default is nothing. */
  readonly marker?: string
}

const note = '*The rest is longer than GitHub takes, and was left out here.*'

/** How long a line may be that is dropped whole; a longer one is cut in its middle. */
const longLine = 2_000

export function limitedMarkdown(text: string, options: MarkdownLimit): string {
  const whole = text.toWellFormed()
  if (size(whole, options) <= options.limit) return whole
  const tail = `\n\n${note}${options.marker === undefined ? '' : `\n\n${options.marker}`}`
  // What has to be closed is known only after cutting, and is never longer than this.
  const room = options.limit - size(tail, options) - closingReserve
  const kept = withoutHalfLine(start(whole, { ...options, limit: room }))
  // The marker is put behind what is left; twice would be no harm, but the first may be within what is cut.
  return `${kept}${closing(kept)}${tail}`
}

function size(text: string, { unit }: MarkdownLimit): number {
  return unit === 'bytes' ? Buffer.byteLength(text) : Array.from(text).length
}

/** The longest beginning that is within the limit, without half a character at its end. */
function start(text: string, { limit, unit }: MarkdownLimit): string {
  if (unit === 'characters') return Array.from(text).slice(0, limit).join('')
  return new TextDecoder().decode(Buffer.from(text).subarray(0, limit)).replace(/\ufffd+$/, '')
}

function withoutHalfLine(text: string): string {
  const end = text.lastIndexOf('\n')
  return (end >= text.length - longLine && end > 0 ? text.slice(0, end) : text).trimEnd()
}

const closingReserve = 200
const deepest = 10

/** What would swallow everything that follows it when it is not closed: a block of code, and what folds away. */
function closing(text: string): string {
  const fence = openFence(text)
  const folds = count(text, /<details\b/gi) - count(text, /<\/details>/gi)
  return `${fence === undefined ? '' : `\n${fence}`}${'\n</details>'.repeat(Math.min(deepest, Math.max(0, folds)))}`
}

/** The fence of the block of code that the text ends in. */
function openFence(text: string): string | undefined {
  let open: string | undefined
  for (const line of text.split('\n')) {
    const fence = /^ {0,3}(`{3,40}|~{3,40})/.exec(line)?.[1]
    if (fence === undefined) continue
    if (open === undefined) open = fence
    else if (fence[0] === open[0] && fence.length >= open.length) open = undefined
  }
  return open
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}
