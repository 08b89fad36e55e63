// Shapes as JSON Schema 2020-12, which OpenAPI 3.1 speaks.
import { z } from 'zod'

export type JsonSchema = Readonly<Record<string, unknown>>

/** As it is answered, or as it is accepted. */
export function jsonSchema(shape: z.ZodType, direction: 'answered' | 'accepted' = 'answered'): JsonSchema {
  const made = z.toJSONSchema(shape, { io: direction === 'answered' ? 'output' : 'input', unrepresentable: 'any' })
  return withoutPatterns(made) as JsonSchema
}

/** A format says it shorter than the pattern that stands for it. */
function withoutPatterns(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPatterns)
  if (typeof value !== 'object' || value === null) return value
  // A shape that holds itself is any JSON: a reference would only hold inside the shape's own schema.
  if ('$ref' in value) return {}
  const entries = Object.entries(value).filter(
    ([name]) => name !== '$schema' && name !== '$defs' && !(name === 'pattern' && 'format' in value),
  )
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutPatterns(inner)]))
}

export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = Object.keys(properties),
): JsonSchema {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }), additionalProperties: false }
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

export function nullable(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] }
}

export function schemaRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}

export const text: JsonSchema = { type: 'string' }
export const anyObject: JsonSchema = { type: 'object' }

/** Members that may be sent, and those that must be. */
export function inputSchema(input: Readonly<Record<string, z.ZodType>>): JsonSchema {
  return jsonSchema(z.strictObject(input), 'accepted')
}
