// The programs that a Makefile links: the rules whose recipes call a compiler without `-c`, and the sources that they name.

export interface MakeProgram {
  readonly name: string
  readonly sources: readonly string[]
}

interface Rule {
  readonly target: string
  readonly needs: readonly string[]
  readonly recipe: string
}

/** Lines, rules and variables read; more are generated. */
const linesLimit = 2_000
const rulesLimit = 200
const wordsLimit = 200

const compiles = /(?:^|[\s@;-])(?:[\w-]{0,40}(?:g\+\+|gcc|clang(?:\+\+)?|c\+\+)|cc|\$[({](?:CC|CXX|LD|LINK)[)}])(?:-[\d.]{1,5})?\s/m

/** What `make` builds when it is asked for nothing comes first, and nobody deploys a program that is built for a debugger. */
export function programsOfMake(text: string): MakeProgram[] {
  const lines = text.replace(/\\\r?\n/g, ' ').split('\n', linesLimit)
  const variables = variablesIn(lines)
  const rules = rulesIn(lines, variables)
  const order = defaultsOf(rules)
  const rank = ({ name }: MakeProgram) => {
    const at = order.indexOf(name)
    return (at < 0 ? wordsLimit : at) + (/debug|_cov|asan|profil|client/i.test(name) ? 2 * wordsLimit : 0)
  }
  return rules.flatMap((rule) => programOf(rule) ?? []).sort((a, b) => rank(a) - rank(b))
}

function programOf({ target, needs, recipe }: Rule): MakeProgram | undefined {
  const line = recipe.split('\n').find((step) => compiles.test(step) && !/\s-(?:c|shared|M{1,2})\b/.test(step))
  if (line === undefined) return undefined
  const full = line.replaceAll('$@', target).replace(/\$[<^?+]/g, needs.join(' '))
  const output = /\s-o\s{0,4}([\w./-]{1,80})(?=\s|$)/.exec(full)?.[1] ?? 'a.out'
  if (/\.(?:o|so|a|dll|dylib)$/.test(output)) return undefined
  const words = [...full.split(/\s{1,8}/), ...needs].slice(0, wordsLimit)
  return { name: output.slice(output.lastIndexOf('/') + 1), sources: [...new Set(words.flatMap(sourcesOf))] }
}

/** An object file comes from the source of its name. */
function sourcesOf(word: string): string[] {
  if (!/^[\w./+-]{1,120}$/.test(word)) return []
  const path = word.replace(/^\.\//, '')
  if (/\.(?:cpp|cc|cxx|c\+\+|c)$/.test(path)) return [path]
  const stem = /^(?:(?:obj|build|out)\/)?(.{1,110})\.o$/.exec(path)?.[1]
  return stem === undefined ? [] : [`${stem}.c`, `${stem}.cpp`, `${stem}.cc`]
}

function rulesIn(lines: readonly string[], variables: ReadonlyMap<string, string>): Rule[] {
  const rules: { target: string; needs: readonly string[]; recipe: string }[] = []
  let open: typeof rules = []
  for (const line of lines) {
    if (line.startsWith('\t')) for (const rule of open) rule.recipe += `${expanded(line, variables)}\n`
    const [, targets, needs] = /^([^\s:=#][^:=#]{0,200}?)\s{0,4}::?(?!=)([^=#;]{0,1000})/.exec(line) ?? []
    if (targets === undefined || line.startsWith('\t') || rules.length >= rulesLimit) continue
    const needed = wordsOf(expanded(needs ?? '', variables))
    open = wordsOf(expanded(targets, variables))
      .filter((target) => !target.startsWith('.') && !target.includes('%'))
      .map((target) => ({ target, needs: needed, recipe: '' }))
    rules.push(...open)
  }
  return rules
}

function wordsOf(text: string): string[] {
  return text
    .trim()
    .split(/\s{1,8}/, wordsLimit)
    .filter((word) => word !== '')
}

function variablesIn(lines: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = /^([A-Za-z_]\w{0,40})\s{0,8}[:?]{0,2}=\s{0,8}([^#]{0,500})/.exec(line) ?? []
    if (name !== undefined && value !== undefined && found.size < rulesLimit) found.set(name, value.trim())
  }
  return found
}

/** Names of files may stand in variables, and these in others; compilers keep their names. */
function expanded(text: string, variables: ReadonlyMap<string, string>): string {
  const once = (from: string) =>
    from
      .slice(0, 4_000)
      .replace(/\$[({]([A-Za-z_]\w{0,40})(?::\.(?:c|cpp|cc)=\.o)?[)}]/g, (whole, name: string) =>
        /^(?:CC|CXX|LD|LINK)$/.test(name) ? whole : (variables.get(name) ?? ''),
      )
  return once(once(once(text)))
}

function defaultsOf(rules: readonly Rule[]): readonly string[] {
  const first = rules.find(({ target }) => target === 'all') ?? rules[0]
  if (first === undefined) return []
  const below = first.needs.flatMap((need) => [need, ...(rules.find(({ target }) => target === need)?.needs ?? [])])
  return [first.target, ...below].slice(0, wordsLimit).map((name) => name.slice(name.lastIndexOf('/') + 1))
}
