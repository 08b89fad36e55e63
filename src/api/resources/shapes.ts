// Shapes and descriptions that several resources share.
import { z } from 'zod'
import { type AttributeOptions, text, time } from './attribute.ts'
import type { Relationship } from './resource.ts'

/** A structure whose members the description of its resource does not fix. */
export const object = z.record(z.string(), z.unknown())
export const list = z.array(z.unknown())
export const names = z.array(z.string())
/** `{"memory": "512Mi", "cpu": "0.5"}`. */
export const quantities = z.record(z.string(), z.string())

export const createdAt = time('When it was made.', { sort: true, filter: 'range' })
export const updatedAt = time('When it was changed last.', { sort: true, filter: 'range' })
export const sha = (options: AttributeOptions = {}) => text('The commit.', { filter: 'equal', ...options })

/** A relationship to one row, which listings can be narrowed by. */
export function one(type: string, column: string, description: string): Relationship {
  return { kind: 'one', type, column, isNullable: false, description, isFilter: true }
}

export function perhapsOne(type: string, column: string, description: string): Relationship {
  return { kind: 'one', type, column, isNullable: true, description, isFilter: true }
}

export function many(type: string, column: string, options: { readonly description: string; readonly alias?: string }): Relationship {
  return { kind: 'many', type, column, ...options }
}
