// Globs from a repository, matched in bounded time. A glob is not made into a regular expression: one such as `(a+)+` or with many stars in a
// row would backtrack without end. Here a star remembers only its last place, so the work is at most the product of both lengths.

/** Alternatives that the braces of one glob stand for; more are an attack. */
const alternativesLimit = 64
const globLengthLimit = 500

/** Whether a glob is one that is matched: at most two stars in a segment, three `**`, no extended groups, and a sensible number of alternatives. */
export function isSimpleGlob(glob: string): boolean {
  const plain = glob.replace(/^!/, '')
  const segments = plain.split('/')
  const stars = segments.filter((segment) => segment !== '**').map((segment) => segment.split('*').length - 1)
  const isShort = plain.length <= globLengthLimit && segments.length - stars.length <= 3 && stars.every((count) => count <= 2)
  return isShort && !/[+@?*!]\(/.test(plain) && expandBraces(plain) !== undefined
}

/** Tells whether a path matches one of the globs; a glob that starts with `!` takes paths out again. One that is not simple matches nothing. */
export function createMatcher(globs: readonly string[]): (path: string) => boolean {
  const clean = globs.filter(isSimpleGlob).map((glob) => glob.replace(/^(!?)\.?\//, '$1').replace(/\/$/, ''))
  const wanted = clean.filter((glob) => !glob.startsWith('!')).flatMap(patternsOf)
  if (wanted.length === 0) return () => false
  const excluded = clean.filter((glob) => glob.startsWith('!')).flatMap((glob) => patternsOf(glob.slice(1)))
  return (path) => {
    const names = path.split('/')
    return wanted.some((pattern) => matchesPath(pattern, names)) && !excluded.some((pattern) => matchesPath(pattern, names))
  }
}

/** A part of a name: a literal character, any one, any number of them, or one of a set. */
type Token = `=${string}` | 'any' | 'star' | { readonly set: string; readonly isNegated: boolean }

/** One for each folder of the path; `deep` stands for any number of them. */
type Pattern = readonly (readonly Token[] | 'deep')[]

function patternsOf(glob: string): Pattern[] {
  return (expandBraces(glob) ?? []).map((plain) => plain.split('/').map((segment) => (segment === '**' ? 'deep' : tokensOf(segment))))
}

/** Both lists are gone through once for each `**`: after a mismatch the last `**` takes one folder more. */
function matchesPath(pattern: Pattern, names: readonly string[]): boolean {
  return matchesList(pattern, names, {
    isStar: (part) => part === 'deep',
    matches: (part, name) => part !== 'deep' && matchesName(part, name),
  })
}

function matchesName(tokens: readonly Token[], name: string): boolean {
  return matchesList(tokens, [...name], { isStar: (token) => token === 'star', matches: matchesCharacter })
}

interface Rules<P, T> {
  readonly isStar: (part: P) => boolean
  readonly matches: (part: P, item: T) => boolean
}

function matchesList<P, T>(parts: readonly P[], items: readonly T[], { isStar, matches }: Rules<P, T>): boolean {
  let part = 0
  let star = -1
  let afterStar = 0
  for (let item = 0; item < items.length; ) {
    const current = parts[part]
    if (part < parts.length && isStar(current as P)) {
      star = part++
      afterStar = item
    } else if (part < parts.length && matches(current as P, items[item] as T)) {
      part++
      item++
    } else if (star >= 0) {
      part = star + 1
      item = ++afterStar
    } else return false
  }
  return parts.slice(part).every(isStar)
}

function matchesCharacter(token: Token, character: string): boolean {
  if (token === 'any') return true
  if (typeof token === 'string') return token === `=${character}`
  return inSet(token.set, character) !== token.isNegated
}

/** `a-cx` holds a, b, c and x. */
function inSet(set: string, character: string): boolean {
  for (let at = 0; at < set.length; at++) {
    const [from = '', dash, to] = [set[at], set[at + 1], set[at + 2]]
    if (dash === '-' && to !== undefined) {
      if (from <= character && character <= to) return true
      at += 2
    } else if (from === character) return true
  }
  return false
}

function tokensOf(segment: string): Token[] {
  const tokens: Token[] = []
  const characters = [...segment]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string
    const set = character === '[' ? setAt(characters, at) : undefined
    if (set !== undefined) {
      tokens.push(set.token)
      at = set.end
    } else if (character === '*') {
      if (tokens.at(-1) !== 'star') tokens.push('star')
    } else if (character === '?') tokens.push('any')
    else if (character === '\\' && at + 1 < characters.length) tokens.push(`=${characters[++at]}`)
    else tokens.push(`=${character}`)
  }
  return tokens
}

function setAt(characters: readonly string[], start: number): { readonly token: Token; readonly end: number } | undefined {
  const isNegated = characters[start + 1] === '!' || characters[start + 1] === '^'
  const first = start + (isNegated ? 2 : 1)
  // A bracket that comes first is one of the set.
  const end = characters.indexOf(']', first + 1)
  return end < 0 ? undefined : { token: { set: characters.slice(first, end).join(''), isNegated }, end }
}

/** `a{b,c}` as `ab` and `ac`, innermost braces first; undefined when there are too many. Braces without a comma are plain characters. */
function expandBraces(glob: string): string[] | undefined {
  const done: string[] = []
  const queue = [glob]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const inner = innermostBraces(next)
    if (inner === undefined) done.push(next)
    else for (const choice of inner.choices) queue.push(next.slice(0, inner.start) + choice + next.slice(inner.end))
    if (done.length + queue.length > alternativesLimit) return undefined
  }
  return done.reverse()
}

interface Braces {
  readonly start: number
  readonly end: number
  readonly choices: readonly string[]
}

function innermostBraces(glob: string): Braces | undefined {
  let start = -1
  for (let at = 0; at < glob.length; at++) {
    if (glob[at] === '\\') at++
    else if (glob[at] === '{') start = at
    else if (glob[at] === '}' && start >= 0) {
      const choices = glob.slice(start + 1, at).split(',')
      if (choices.length > 1) return { start, end: at + 1, choices }
      start = -1
    }
  }
  return undefined
}
