// Commands as repositories write them. A plain one is run as it is, word by word; only one that needs a shell gets a shell.

/** Characters that mean something to a shell outside quotes; variables and line ends are among them. */
const special = /[$`&|;<>()*?[\]{}~#!\r\n]/
/** Characters that still mean something inside double quotes. */
const specialInQuotes = /[\\$`!\r\n]/

/** The words of a command that needs no shell, or undefined when it does need one: for variables, pipes, globs, assignments before it. */
export function plainWords(command: string): readonly string[] | undefined {
  const words: string[] = []
  let rest = command.trim()
  while (rest !== '') {
    const word = nextWord(rest)
    if (word === undefined) return undefined
    words.push(word.text)
    rest = rest.slice(word.length).trimStart()
  }
  const isAssignment = /^[A-Za-z_]\w*=/.test(words[0] ?? '')
  return words.length === 0 || isAssignment || builtins.has(words[0] ?? '') ? undefined : words
}

/** What a container runs, as an argument list. A single command replaces the shell that reads it, so that it gets the container's signals. */
export function argumentList(command: string): readonly string[] {
  const words = plainWords(command)
  if (words !== undefined) return words
  const isSingle = !/[&|;<>(){}`\r\n]|\$\(/.test(command) && !/^\s*(?:[A-Za-z_]\w*=|!)/.test(command)
  const isBuiltin = builtins.has(command.trim().split(/\s/, 1)[0] ?? '')
  return ['sh', '-c', isSingle && !isBuiltin ? `exec ${command.trim()}` : command]
}

/** Words that only a shell understands. */
const builtins: ReadonlySet<string> = new Set(['cd', 'export', 'set', 'source', '.', 'exec', 'if', 'for', 'while', 'until', 'case', 'ulimit', 'umask', 'trap', 'eval', 'unset', '!']) // biome-ignore format: a list

interface Word {
  readonly text: string
  /** How much of the command it takes, with its quotes. */
  readonly length: number
}

function nextWord(command: string): Word | undefined {
  const piece = /^(?:'([^']*)'|"([^"]*)"|\\([^\r\n])|([^\s'"\\]+))/
  let text = ''
  let at = 0
  for (let match = piece.exec(command); match !== null; match = piece.exec(command.slice(at))) {
    const [whole, single, double, escaped, bare] = match
    if ((double !== undefined && specialInQuotes.test(double)) || (bare !== undefined && special.test(bare))) return undefined
    text += single ?? double ?? escaped ?? bare ?? ''
    at += whole.length
  }
  const isEnded = at === command.length || /^\s/.test(command.slice(at))
  return at > 0 && isEnded ? { text, length: at } : undefined
}
