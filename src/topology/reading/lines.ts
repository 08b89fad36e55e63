// Where a fact stands: lines count from 1.

/** The first line that contains the words, from a line on. */
export function lineOf(text: string, words: string, fromLine = 1): number | undefined {
  let start = 0
  for (let line = 1; line < fromLine; line++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return undefined
    start = end + 1
  }
  const at = text.indexOf(words, start)
  return at < 0 ? undefined : lineAt(text, at)
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** The lines of a JSON object's keys down to the third level, by path such as `scripts/start`. One pass; the text is known to be JSON. */
export function jsonLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  const path: string[] = []
  let line = 1
  let key: string | undefined
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\n') line++
    else if (char === '"') {
      const end = endOfString(text, at)
      key = text.slice(at + 1, end)
      at = end
    } else if (char === ':' && key !== undefined) {
      if (path.length < 3) lines.set([...path, key].join('/'), lines.get([...path, key].join('/')) ?? line)
    } else if (char === '{' || char === '[') path.push(key ?? '')
    else if (char === '}' || char === ']') {
      path.pop()
      key = undefined
    } else if (char === ',') key = undefined
    if (path[0] === '' && path.length === 1 && char === '{') path.pop()
  }
  return lines
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return text.length
}
