// Checks variables before graphql-js does: its own words repeat the whole value, and that may be a secret.
import { coerceInputValue, type DocumentNode, type GraphQLSchema, isInputType, Kind, typeFromAST } from 'graphql'
import { KyozoError, type Problem } from '../../errors.ts'

interface Asked {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>>
}

/** Problems that are told at once. */
const largestReport = 50

/** Throws `bad_request` with a problem for everything that does not fit its type. */
export function assertVariables({ schema, document, variables }: Asked): void {
  const problems: Problem[] = []
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    for (const { variable, type: node } of definition.variableDefinitions ?? []) {
      const name = variable.name.value
      const type = typeFromAST(schema, node as never)
      if (!isInputType(type) || !Object.hasOwn(variables, name)) continue
      const tell = (path: readonly (string | number)[], _value: unknown, error: { readonly message: string }) => {
        if (problems.length < largestReport) problems.push(problem([name, ...path], error.message))
      }
      coerceInputValue(variables[name], type, tell, true)
    }
  }
  const [first] = problems
  if (first === undefined) return
  const others = problems.length === 1 ? '' : `, and ${problems.length - 1} more`
  throw new KyozoError('bad_request', `${first.message}${others}`, { problems })
}

function problem(path: readonly (string | number)[], words: string): Problem {
  // `String cannot represent a non string value: 5` would show what was sent.
  const rule = words.replace(/( cannot represent [^:]*): .*$/s, '$1').replace(/\.$/, '')
  const pointer = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)).join('/')
  return { source: { pointer: `/variables/${pointer}` }, message: `the variable ${path.join('.').slice(0, 200)}: ${rule}` }
}
