// The kinds of values that GraphQL has no word for.
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql'
import { z } from 'zod'

const time = z.iso.datetime({ offset: true })

function readTime(value: unknown): string {
  const read = time.safeParse(value)
  if (!read.success) throw new GraphQLError('this is not a time such as 2026-01-31T12:00:00Z')
  return read.data
}

export const dateTimeType = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'ISO 8601 with its distance from UTC, such as 2026-01-31T12:00:00Z.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
  parseValue: readTime,
  parseLiteral: (node) => readTime(node.kind === Kind.STRING ? node.value : undefined),
})

function readInteger(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new GraphQLError('this is not a whole number below 2^53')
  return value as number
}

export const integerType = new GraphQLScalarType<number, number>({
  name: 'Integer',
  description: 'A whole number below 2^53: milliseconds and bytes do not fit into Int.',
  serialize: readInteger,
  parseValue: readInteger,
  parseLiteral: (node) => readInteger(node.kind === Kind.INT ? Number(node.value) : undefined),
})

export const jsonType = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any structure, with the names that JSON:API shows.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
})
