// An attribute of a resource, described once: the serialiser, the query parser, OpenAPI and GraphQL all read this.
import { z } from 'zod'

export type AttributeKind = 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'id' | 'enum' | 'json'

export interface Attribute {
  readonly kind: AttributeKind
  /** The value as it is answered, and as it is accepted where it can be written. Its JSON Schema is what OpenAPI shows. */
  readonly shape: z.ZodType
  readonly description: string
  /** Only for kind `enum`. */
  readonly values?: readonly string[]
  readonly isNullable: boolean
  /** Where it is read from. Default is the column of its own name. */
  readonly source: Source
  /** `filter[<name>]`: equal to one of a comma-separated list; `range` also takes `[gt]`, `[gte]`, `[lt]`, `[lte]`. Default is none. */
  readonly filter?: 'equal' | 'range'
  /** Whether `sort` may name it. The column is never null. Default is false. */
  readonly isSortable: boolean
  /** Left out of listings unless `fields[…]` names it, because it is large or costs a query. Default is false. */
  readonly isLarge: boolean
}

export type Source =
  | { readonly kind: 'column'; readonly column?: string }
  /** Computed from other columns of its row. */
  | { readonly kind: 'computed'; readonly needs: readonly string[]; readonly of: (row: Row, at: AnswerContext) => unknown }
  /** Loaded for all rows of an answer at once; the answer is in the order of the rows. */
  | {
      readonly kind: 'loaded'
      readonly needs: readonly string[]
      readonly load: (rows: readonly Row[], at: AnswerContext) => Promise<readonly unknown[]>
    }

/** A row as kysely gives it, in camel case. Always has `id`. */
export type Row = Readonly<Record<string, unknown>>

/** What a computed value may know beside its row. */
export interface AnswerContext {
  readonly baseUrl: string
  readonly now: Date
  /** For loaded values; a function of store/ takes it. */
  readonly db: import('../../store/database.ts').Database
  readonly viewer: import('../../store/viewer.ts').Viewer
}

export interface AttributeOptions {
  readonly nullable?: true
  readonly filter?: 'equal' | 'range'
  readonly sort?: true
  readonly large?: true
  readonly source?: Source
}

function attribute(kind: AttributeKind, shape: z.ZodType, description: string, options: AttributeOptions): Attribute {
  return {
    kind,
    shape: options.nullable ? shape.nullable() : shape,
    description,
    isNullable: options.nullable ?? false,
    source: options.source ?? { kind: 'column' },
    isSortable: options.sort ?? false,
    isLarge: options.large ?? false,
    ...(options.filter === undefined ? {} : { filter: options.filter }),
  }
}

export function text(description: string, options: AttributeOptions & { readonly shape?: z.ZodType<string> } = {}): Attribute {
  return attribute('text', options.shape ?? z.string(), description, options)
}

export function integer(description: string, options: AttributeOptions & { readonly shape?: z.ZodType<number> } = {}): Attribute {
  return attribute('integer', options.shape ?? z.int(), description, options)
}

export function number(description: string, options: AttributeOptions & { readonly shape?: z.ZodType<number> } = {}): Attribute {
  return attribute('number', options.shape ?? z.number(), description, options)
}

export function flag(description: string, options: AttributeOptions = {}): Attribute {
  return attribute('boolean', z.boolean(), description, options)
}

/** ISO 8601 in UTC. */
export function time(description: string, options: AttributeOptions = {}): Attribute {
  return attribute('time', z.iso.datetime({ offset: true }), description, options)
}

export function oneOf(values: readonly string[], description: string, options: AttributeOptions = {}): Attribute {
  return { ...attribute('enum', z.enum(values as [string, ...string[]]), description, options), values }
}

/** Any structure; `shape` says which. */
export function json(shape: z.ZodType, description: string, options: AttributeOptions = {}): Attribute {
  return attribute('json', shape, description, options)
}

export function computed(needs: readonly string[], of: (row: Row, at: AnswerContext) => unknown): Source {
  return { kind: 'computed', needs, of }
}

export function loaded(needs: readonly string[], load: (rows: readonly Row[], at: AnswerContext) => Promise<readonly unknown[]>): Source {
  return { kind: 'loaded', needs, load }
}
