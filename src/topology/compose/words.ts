// A command line as words, split as Compose splits it: quotes and backslashes as in a shell, and nothing else of a shell. Compose cuts a line in
// silence at an unquoted `;`, `&`, `|`, `<` or `>`; what runs would not be what is written, so it is a problem here.

export type Words = { readonly words: readonly string[] } | { readonly problem: string }

export function splitWords(line: string): Words {
  const words: string[] = []
  for (let at = 0; ; ) {
    while (at < line.length && isSpace(line[at]!)) at++
    if (at >= line.length) return { words }
    const word = readWord(line, at)
    if (word.problem !== undefined) return { problem: word.problem }
    words.push(word.text)
    at = word.end
  }
}

interface Word {
  readonly text: string
  /** Where the word ends. */
  readonly end: number
  readonly problem?: string
}

function readWord(line: string, start: number): Word {
  let text = ''
  let quote: string | undefined
  let at = start
  for (; at < line.length && (quote !== undefined || !isSpace(line[at]!)); at++) {
    const char = line[at]!
    if (char === '\\' && quote !== "'") {
      if (++at >= line.length) return { text, end: at, problem: 'the command ends in a backslash' }
      text += line[at]
    } else if (char === quote) quote = undefined
    else if (quote === undefined && (char === '"' || char === "'")) quote = char
    else if (quote === undefined && shellCharacters.includes(char)) return { text, end: at, problem: shellProblem(char) }
    else text += char
  }
  return { text, end: at, ...(quote === undefined ? {} : { problem: 'a quote in the command is not closed' }) }
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r'
}

const shellCharacters = ';&|<>()`'

function shellProblem(char: string): string {
  const named = char === '`' ? 'a backtick' : `\`${char}\``
  return `no shell runs the command, so ${named} does nothing; write \`sh -c "…"\` around it`
}
