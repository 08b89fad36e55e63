// A review is read in places that take so much and no more. What matters most comes first, and what is left out is named.

/** Lines as far as they fit, and then a line that says how many do not. */
export function linesWithin(lines: readonly string[], limit: number, sayLeft: (left: number) => string): readonly string[] {
  let length = 0
  const end = lines.findIndex((line) => {
    length += line.length + 1
    return length > limit
  })
  return end < 0 ? lines : [...lines.slice(0, end), sayLeft(lines.length - end)]
}

export interface Section {
  /** What it is called when it is left out. */
  readonly name: string
  /** Nothing to say, nothing shown. */
  readonly text: string
}

/** Room for the words about what was left out. */
const noteLength = 300

/** Sections with an empty line between them, at most `limit` characters in all. */
export function sectionsWithin(sections: readonly Section[], limit: number): string {
  const shown: string[] = []
  const left: string[] = []
  let length = noteLength
  for (const { name, text } of sections.filter((section) => section.text !== '')) {
    if (length + text.length + 2 > limit) left.push(name)
    else {
      shown.push(text)
      length += text.length + 2
    }
  }
  if (left.length > 0) shown.push(`Left out, since the whole would be too long: ${left.join(', ')}.`)
  return shown.join('\n\n')
}

/** `and 3 more files`. */
export function andMore(count: number, noun: string): string {
  return `and ${count} more ${noun}${count === 1 ? '' : 's'}`
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
