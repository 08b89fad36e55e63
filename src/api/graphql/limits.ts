// What a query may ask for. A document is bounded before it is validated, because validating costs more than reading; what its answer may hold is
// bounded before it is executed, with the sizes of its pages. Deeper protection of introspection is graphql-js's own rule.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { KyozoError } from '../../errors.ts'
import { defaultPageSize, largestPageSize } from '../resources/read.ts'
import type { FieldFacts } from './request.ts'

/** Of one document. The introspection of common clients has some 600 tokens. */
export const largestTokens = 4_000
/** A query's text; large values go into variables. */
export const largestQueryCharacters = 32 * 1024
const largestFields = 1_000
const largestAliases = 50
const deepest = 10
/** Values that an answer can hold at most: lists count with their whole pages. */
const largestCost = 100_000
/** A field of introspection is answered for some hundred types. Common clients ask for some 250, and one schema a request is enough. */
const introspectionWeight = 200
const schemaWeight = 30_000
/** Places in a query that ask the database. */
const mostAsking = 60
const mostMutations = 10

/** Throws `bad_request` for a document that is too large to look at, or holds more than one operation. */
export function assertModest(document: DocumentNode): void {
  let fields = 0
  let aliases = 0
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (operations.length !== 1) throw refused(`a request holds one operation, and this one has ${operations.length}`)
  visit(document, {
    Field(node) {
      fields++
      if (node.alias !== undefined) aliases++
    },
    FragmentSpread() {
      fields++
    },
    StringValue({ value }) {
      if (!isStorable(value)) throw refused('a text in the query holds a character that cannot be stored')
    },
  })
  if (fields > largestFields) throw refused(`the query has ${fields} fields, and at most ${largestFields} are allowed`)
  if (aliases > largestAliases) throw refused(`the query has ${aliases} aliases, and at most ${largestAliases} are allowed`)
}

/** PostgreSQL holds neither NUL nor halves of characters. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

interface Asked {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>>
}

/** Throws `bad_request` for an operation, already validated, that goes too deep or whose answer may be too large. */
export function assertAffordable({ schema, document, variables }: Asked): void {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!
  const root = schema.getRootType(operation.operation)
  if (root == null) return
  if (operation.operation === 'mutation' && operation.selectionSet.selections.length > mostMutations)
    throw refused(`a request makes at most ${mostMutations} changes`)
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet] as const] : [],
    ),
  )
  const meter: Meter = { fragments, pageSize: pageSizes(operation, variables), spend: createPurse() }
  measure(meter, operation.selectionSet, { type: root, depth: 1, times: 1, rows: 1 })
}

interface Meter {
  readonly fragments: ReadonlyMap<string, SelectionSetNode>
  /** Rows that a paged field asks for. */
  readonly pageSize: (field: FieldNode) => number
  readonly spend: (what: { readonly cost: number; readonly isAsked: boolean }) => void
}

interface Place {
  readonly type: GraphQLObjectType
  readonly depth: number
  /** How often the selection can be in the answer. */
  readonly times: number
  /** Of the listing that the selection stands in. */
  readonly rows: number
}

function measure(meter: Meter, { selections }: SelectionSetNode, place: Place): void {
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) measure(meter, selection.selectionSet, place)
    else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      // A spread costs too, so that fragments of fragments come to an end.
      meter.spend({ cost: 1, isAsked: false })
      measure(meter, meter.fragments.get(selection.name.value)!, place)
    } else measureField(meter, selection, place)
  }
}

function measureField(meter: Meter, node: FieldNode, { type, depth, times, rows }: Place): void {
  if (node.name.value.startsWith('__')) {
    if (node.selectionSet !== undefined) meter.spend({ cost: schemaWeight, isAsked: false })
    measureIntrospection(meter, node)
    return
  }
  const field = type.getFields()[node.name.value]!
  const { isAsked, isPaged, isRows, weight = 1 } = field.extensions as FieldFacts
  if (depth > deepest) throw refused(`the query is more than ${deepest} fields deep`)
  const here = isRows ? times * rows : times
  meter.spend({ cost: here * weight, isAsked: isAsked === true })
  const inner: GraphQLNamedType = getNamedType(field.type)
  if (node.selectionSet === undefined || !isObjectType(inner)) return
  measure(meter, node.selectionSet, { type: inner, depth: depth + 1, times: here, rows: isPaged ? meter.pageSize(node) : rows })
}

/** How much introspection answers depends on the schema alone, and its recursion is bounded by graphql-js; how often it is asked is bounded here. */
function measureIntrospection(meter: Meter, { selectionSet }: Pick<FieldNode, 'selectionSet'>): void {
  meter.spend({ cost: introspectionWeight, isAsked: false })
  for (const selection of selectionSet?.selections ?? [])
    measureIntrospection(
      meter,
      selection.kind === Kind.FRAGMENT_SPREAD ? { selectionSet: meter.fragments.get(selection.name.value)! } : selection,
    )
}

function createPurse(): Meter['spend'] {
  let cost = 0
  let asking = 0
  return (what) => {
    cost += what.cost
    if (what.isAsked) asking++
    if (cost > largestCost)
      throw refused(`the answer could hold more than ${largestCost} values`, 'ask for smaller pages with first, or for fewer fields')
    if (asking > mostAsking) throw refused(`the query asks for more than ${mostAsking} things at once`, 'send several requests')
  }
}

function pageSizes({ variableDefinitions }: OperationDefinitionNode, variables: Asked['variables']): Meter['pageSize'] {
  const defaults = new Map(variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]))
  const sizeOf = (field: FieldNode, name: string): number | undefined => {
    const value = field.arguments?.find((argument) => argument.name.value === name)?.value
    if (value === undefined) return undefined
    if (value.kind === Kind.INT) return Number(value.value)
    if (value.kind !== Kind.VARIABLE) return undefined
    const given = variables[value.name.value]
    const usual = defaults.get(value.name.value)
    if (given === undefined && usual?.kind === Kind.INT) return Number(usual.value)
    return typeof given === 'number' ? given : undefined
  }
  return (field) => {
    const size = sizeOf(field, 'first') ?? sizeOf(field, 'last') ?? defaultPageSize
    // What is not allowed is refused by the field itself; a log's page is larger than others.
    return Math.max(1, Math.min(size, largestPageSize * 5))
  }
}

function refused(message: string, hint?: string): KyozoError {
  return new KyozoError('bad_request', message, hint === undefined ? {} : { hint })
}
