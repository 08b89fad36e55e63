// A look at a YAML document's tokens before it is parsed. The parser's time grows with the square of some of them (anchors, nesting, errors), so
// whatever could make it slow is refused here, in linear time.
import { CST, Lexer } from 'yaml'
import { yamlAliasesLimit, yamlAnchorsLimit, yamlDepthLimit, yamlLinesLimit, yamlTokensLimit } from './limits.ts'

export interface YamlRefusal {
  readonly rule: 'yaml' | 'yaml_limits' | 'yaml_tag'
  readonly offset: number
  readonly message: string
}

/** Why a document may not be parsed, or undefined when it may. No tag is allowed unless it is named. */
export function findYamlRefusal(text: string, tags: readonly string[] = []): YamlRefusal | undefined {
  const control = text.search(controlCharacters)
  if (control >= 0) return { rule: 'yaml', offset: control, message: 'the file holds a control character; save it as plain UTF-8 text' }
  const count = { tokens: 0, lines: 0, documents: 0, anchors: 0, aliases: 0, brackets: 0, indicators: 0 }
  let offset = 0
  for (const token of new Lexer().lex(text)) {
    const written = CST.tokenType(token)
    // An allowed tag counts as any other token does.
    const type = written === 'tag' && tags.includes(token) ? 'scalar' : written
    const refusal = refusalOf(type, count)
    if (refusal !== undefined) return { ...refusal, offset }
    if (!markers.has(token)) offset += token.length
  }
  return undefined
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/

/** Tokens that the lexer adds and the text does not have: document, flow error and scalar. */
const markers: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR])

interface Count {
  tokens: number
  lines: number
  documents: number
  anchors: number
  aliases: number
  brackets: number
  indicators: number
}

type Reason = Pick<YamlRefusal, 'rule' | 'message'>

function refusalOf(type: CST.TokenType | null, count: Count): Reason | undefined {
  switch (type) {
    case null:
    case 'space':
    case 'comment':
      return undefined
    case 'newline':
      count.indicators = 0
      return ++count.lines > yamlLinesLimit ? tooLarge(`${yamlLinesLimit} lines`) : undefined
    case 'doc-start':
      return ++count.documents > 1 ? { rule: 'yaml', message: 'the file holds more than one document; keep only one' } : undefined
    case 'directive-line':
      return { rule: 'yaml', message: 'directives are not allowed; remove the line that begins with %' }
    case 'tag':
      return { rule: 'yaml_tag', message: 'YAML tags are not allowed; write the value without one' }
    default:
      return excessOf(type, count)
  }
}

function excessOf(type: CST.TokenType, count: Count): Reason | undefined {
  if (type === 'flow-map-start' || type === 'flow-seq-start') count.brackets++
  if (type === 'flow-map-end' || type === 'flow-seq-end') count.brackets--
  if (type === 'anchor' && ++count.anchors > yamlAnchorsLimit) return tooLarge(`${yamlAnchorsLimit} anchors`)
  if (type === 'alias' && ++count.aliases > yamlAliasesLimit) return tooLarge(`${yamlAliasesLimit} aliases`)
  if (++count.tokens > yamlTokensLimit) return tooLarge(`${yamlTokensLimit} keys and values`)
  count.indicators = type === 'seq-item-ind' || type === 'explicit-key-ind' ? count.indicators + 1 : 0
  if (count.brackets > yamlDepthLimit || count.indicators > yamlDepthLimit) return tooLarge(`${yamlDepthLimit} levels of nesting`)
  return count.brackets < 0 ? { rule: 'yaml', message: 'a bracket closes that was never opened' } : undefined
}

function tooLarge(what: string): Reason {
  return { rule: 'yaml_limits', message: `the file has more than ${what}; make it smaller` }
}
