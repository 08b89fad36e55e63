// A command line as words, split as Compose splits it: quotes and backslashes as in a shell, and nothing else of a shell. Compose cuts a line in
// silence at an unquoted `;`, `&`, `|`, `<` or `>`; what runs would not be what is written, so it is a problem here.

export type Words = { readonly words: readonly string[] } | { readonly problem: string }

export function splitWords(line: string): Words {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    if (char === '\\' && quote !== "'") {
      if (++at >= line.length) return { problem: 'the command ends in a backslash' }
      word = (word ?? '') + line[at]
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (';&|<>()`'.includes(char)) {
      return {
        problem: `no shell runs the command, so ${char === '`' ? 'a backtick' : `\`${char}\``} does nothing; write \`sh -c "…"\` around it`,
      }
    } else word = (word ?? '') + char
  }
  if (quote !== undefined) return { problem: 'a quote in the command is not closed' }
  if (word !== undefined) words.push(word)
  return { words }
}
