// A Dockerfile's text from a template and values. A value that a repository may have chosen stands either in a form that can carry anything
// (JSON, quotes) or unquoted, and then it may hold plain characters only; no third way exists.
import { Liquid, type Template as Part } from 'liquidjs'
import { KyozoError } from '../errors.ts'
import { argumentList, plainWords } from './command-words.ts'
import type { Template } from './template.ts'

type DockerfileTemplate = Pick<Template, 'name' | 'dockerfile' | 'partials'>

/** Throws `dockerfile_refused` when a value cannot stand where the template puts it. */
export function dockerfileText(template: DockerfileTemplate, values: Readonly<Record<string, unknown>>): string {
  const text = rendered(template, values)
  return `${text.replace(/\n{3,}/g, '\n\n').trim()}\n`
}

/** Liquid wraps what a filter throws in an error of its own. */
function rendered(template: DockerfileTemplate, values: Readonly<Record<string, unknown>>): string {
  try {
    const { liquid, parts } = parsed(template)
    return liquid.renderSync(parts, values)
  } catch (error) {
    const original = error instanceof Error && 'originalError' in error ? error.originalError : error
    if (original instanceof KyozoError) throw original
    throw new KyozoError('template_missing', `the template ${template.name} cannot be rendered: ${(error as Error).message}`, {
      hint: 'correct it; docs/adding-a-template.md lists what a template can say',
      cause: error,
    })
  }
}

/** The values that a template asks for, those of what it includes too. */
export function variablesRead(template: DockerfileTemplate): ReadonlySet<string> {
  const { liquid, parts } = parsed(template)
  return new Set(liquid.globalVariablesSync(parts))
}

interface Parsed {
  readonly liquid: Liquid
  readonly parts: Part[]
}

const everyParsed = new WeakMap<DockerfileTemplate, Parsed>()

/** A stack may use one template for many services. */
function parsed(template: DockerfileTemplate): Parsed {
  const known = everyParsed.get(template)
  if (known !== undefined) return known
  const liquid = createLiquid(template.partials ?? {})
  const made = { liquid, parts: liquid.parse(template.dockerfile) }
  everyParsed.set(template, made)
  return made
}

/** A value in the form of the place where it stands. Only filters make one. */
class Quoted {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function createLiquid(partials: Readonly<Record<string, string>>): Liquid {
  const liquid = new Liquid({
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    templates: { ...partials },
    cache: true,
    outputEscape: (value: unknown) => (value instanceof Quoted ? value.text : plain(value)),
  })
  liquid.registerFilter('exec', (command: unknown) => new Quoted(json(argumentList(commandOf(command)))))
  liquid.registerFilter('json', (value: unknown) => new Quoted(json(Array.isArray(value) ? value.map(textOf) : textOf(value))))
  liquid.registerFilter('copy', (paths: unknown) => new Quoted(copyForm(Array.isArray(paths) ? paths.map(textOf) : [])))
  liquid.registerFilter('same_place', (folder: unknown) => new Quoted(copyForm([textOf(folder), `${textOf(folder)}/`])))
  liquid.registerFilter('quoted', (value: unknown) => new Quoted(`"${insideQuotes(textOf(value))}"`))
  liquid.registerFilter('inside_quotes', (value: unknown) => new Quoted(insideQuotes(textOf(value))))
  liquid.registerFilter('shell', (value: unknown) => new Quoted(shellWord(textOf(value))))
  liquid.registerFilter('with_arguments_of', (program: unknown, command: unknown) => new Quoted(json(withArguments(program, command))))
  liquid.registerFilter('refuse', (subject: unknown, reason: unknown) => {
    throw new KyozoError('dockerfile_refused', `${textOf(subject)} ${textOf(reason)}`, { hint: 'add a Dockerfile to the folder' })
  })
  // An unquoted value must pass the check above; this filter would go round it.
  liquid.registerFilter('raw', () => {
    throw new KyozoError('template_missing', 'a template may not use the filter raw')
  })
  return liquid
}

function textOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new KyozoError('template_missing', `a template puts ${value === null ? 'nothing' : typeof value} where a text belongs`)
}

function commandOf(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new KyozoError('dockerfile_refused', 'it has no start command', {
    hint: 'give its manifest a start script, write a Procfile, or state `start` in kyozo.yaml',
  })
}

function plain(value: unknown): string {
  const text = textOf(value)
  if (/^[\w./@:+-]*$/.test(text)) return text
  throw refused(text, 'has characters that a Dockerfile may read as something else')
}

function json(value: string | readonly string[]): string {
  if (/\0/.test(Array.isArray(value) ? value.join('') : String(value))) throw refused(String(value), 'has a zero byte in it')
  return JSON.stringify(value).replaceAll('","', '", "')
}

/** COPY's sources are patterns, and the builder removes one level of quoting and expands variables before it reads them. */
function copyForm(paths: readonly string[]): string {
  const asPattern = (path: string) => path.replace(/[*?[\\]/g, (char) => (char === '\\' ? '\\\\' : `[${char}]`))
  const asWord = (text: string) => text.replace(/[\\$'"]/g, '\\$&')
  return json(paths.map((path, index) => asWord(index === paths.length - 1 ? path : asPattern(path))))
}

/** For ENV and WORKDIR. An instruction ends with its line, so no quoting can carry a line's end. */
function insideQuotes(text: string): string {
  if (/[\r\n\0]/.test(text)) throw refused(text, 'has a line end in it')
  return text.replace(/[\\"$]/g, '\\$&')
}

/** For a word of a RUN line. */
function shellWord(text: string): string {
  if (/[\r\n\0]/.test(text)) throw refused(text, 'has a line end in it')
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A compiled program takes the place of the start command's first word: the image has no shell and nothing else to start. */
function withArguments(program: unknown, command: unknown): readonly string[] {
  if (command === null || command === undefined) return [textOf(program)]
  const words = plainWords(textOf(command))
  if (words === undefined) throw refused(textOf(command), 'needs a shell, and the image has none')
  const isRun = words[0] === 'go' && words[1] === 'run'
  return [textOf(program), ...words.slice(isRun ? 3 : 1)]
}

function refused(text: string, problem: string): KyozoError {
  return new KyozoError('dockerfile_refused', `${JSON.stringify(text.slice(0, 80))} ${problem}`, {
    hint: 'change it, or add a Dockerfile to the folder',
  })
}
