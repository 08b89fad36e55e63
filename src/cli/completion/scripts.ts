// What completes a line, in each shell's own language. Names of the server are compared as they are and never expanded. Pure.
import type { OptionShape, Shape, Values } from './shape.ts'

export function bashScript(shapes: readonly Shape[]): string {
  return `# kyozo completion for bash: source <(kyozo completion bash)
_kyozo() {
  local program=\${COMP_WORDS[0]} current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} at=kyozo word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${paths(shapes)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
${wordsFunction(shapes)}
  while IFS= read -r word; do
    [[ -n $word && $word == "$current"* ]] && COMPREPLY+=("$word")
  done < <(_kyozo_words)
}
complete -o default -F _kyozo kyozo
`
}

export function zshScript(shapes: readonly Shape[]): string {
  return `#compdef kyozo
# kyozo completion for zsh: source <(kyozo completion zsh)
_kyozo() {
  local program=$words[1] current=$words[CURRENT] previous=$words[CURRENT-1] at=kyozo i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
      ${paths(shapes)}) at="$at $words[i]" ;;
    esac
  done
${wordsFunction(shapes)}
  found=(\${(f)"$(_kyozo_words)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
compdef _kyozo kyozo
`
}

export function fishScript(shapes: readonly Shape[]): string {
  const lines = shapes.flatMap((shape) => {
    const at = `-n '__kyozo_at "${shape.path}"'`
    return [
      ...shape.commands.map(({ name, description }) => `complete -c kyozo ${at} -a ${name} -d ${quoted(description)}`),
      ...shape.options.map((option) => fishOption(at, option)),
      ...(shape.values === undefined ? [] : [`complete -c kyozo ${at} ${fishValues(shape.values)}`]),
    ]
  })
  return `# kyozo completion for fish: kyozo completion fish | source
function __kyozo_at
  set -l at kyozo
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${shapes
        .slice(1)
        .map(({ path }) => quoted(path))
        .join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c kyozo -f
${lines.join('\n')}
`
}

/** Patterns of a case, which several words reach. */
function paths(shapes: readonly Shape[]): string {
  return shapes
    .slice(1)
    .map(({ path }) => `"${path}"`)
    .join(' | ')
}

/** The same in bash and zsh: prints every word that can stand here, a line each. */
function wordsFunction(shapes: readonly Shape[]): string {
  const valued = shapes.flatMap((shape) =>
    shape.options
      .filter(({ takesValue }) => takesValue)
      .map((option) => `${option.flags.map((flag) => `"${shape.path} ${flag}"`).join(' | ')}) ${wordsOf(option.values)}; return ;;`),
  )
  const flags = shapes.map((shape) => `"${shape.path}") ${printed(shape.options.flatMap((option) => option.flags))} ;;`)
  const words = shapes.map(
    (shape) => `"${shape.path}") ${shape.commands.length > 0 ? printed(shape.commands.map(({ name }) => name)) : wordsOf(shape.values)} ;;`,
  )
  return `  _kyozo_words() {
    case "$at $previous" in
      ${valued.join('\n      ')}
    esac
    if [[ $current == -* ]]; then
      case "$at" in
        ${flags.join('\n        ')}
      esac
      return
    fi
    case "$at" in
      ${words.join('\n      ')}
    esac
  }`
}

function wordsOf(values: Values | undefined): string {
  if (values === undefined || values.kind === 'files') return ':'
  return values.kind === 'choices' ? printed(values.choices) : `"$program" __complete ${values.of} 2>/dev/null`
}

function printed(words: readonly string[]): string {
  return words.length === 0 ? ':' : `printf '%s\\n' ${words.map(quoted).join(' ')}`
}

function fishOption(at: string, { flags, description, takesValue, values }: OptionShape): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ')
  const value = takesValue ? ` -r${values === undefined ? '' : ` ${fishValues(values)}`}` : ''
  return `complete -c kyozo ${at} ${names}${value} -d ${quoted(description)}`
}

function fishValues(values: Values): string {
  if (values.kind === 'files') return '-F'
  return `-a ${quoted(values.kind === 'choices' ? values.choices.join(' ') : `(kyozo __complete ${values.of} 2>/dev/null)`)}`
}

/** For all three shells: nothing within is expanded. */
function quoted(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `'${text.replaceAll("'", '’')}'`
}
