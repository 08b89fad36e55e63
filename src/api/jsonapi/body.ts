// What a client sends: read within limits, and checked to be a JSON:API document. Whether it fits a description is looked at in resources/.
import type { Request } from 'express'
import { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import { createByteBudget, withBody } from '../request-body.ts'
import { assertContentType } from './media-type.ts'
import { rememberDocument } from './pointers.ts'

const mebibyte = 1024 ** 2
const limits = {
  limitBytes: mebibyte,
  deadlineMs: 30_000,
  small: createByteBudget(32 * mebibyte),
  large: createByteBudget(32 * mebibyte),
}
const deepest = 32

/** Undefined when nothing was sent. */
export async function readDocument(request: Request): Promise<unknown> {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  assertContentType(request.headers['content-type'], { hasBody })
  rememberDocument(request, undefined)
  if (!hasBody) return undefined
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new KyozoError('media_type_unsupported', 'a compressed body is not taken', { hint: 'send it without Content-Encoding' })
  return withBody(request, limits, async (body) => (body.length === 0 ? undefined : parse(request, body)))
}

function parse(request: Request, body: Buffer): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw unreadable('the body is not UTF-8')
  }
  if (depthOf(text) > deepest) throw unreadable(`the body is more than ${deepest} levels deep`)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw unreadable(`the body is not JSON: ${error instanceof Error ? error.message.slice(0, 100) : ''}`)
  }
  rememberDocument(request, document)
  assertText(document, '')
  return document
}

function unreadable(message: string): KyozoError {
  return new KyozoError('payload_invalid', message)
}

/** Counted before it is parsed: brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let isInString = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (isInString && character === '\\') at += 1
    else if (character === '"') isInString = !isInString
    else if (!isInString && (character === '{' || character === '[')) {
      depth += 1
      most = Math.max(most, depth)
    } else if (!isInString && (character === '}' || character === ']')) depth -= 1
  }
  return most
}

/** PostgreSQL's text holds neither NUL nor half of a character. */
function assertText(value: unknown, pointer: string): void {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    const message = `${pointer} holds ${value.includes('\0') ? 'a NUL character' : 'half of a surrogate pair'}`
    throw new KyozoError('payload_invalid', message, { problems: [{ source: { pointer }, message }] })
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    // Copying it would set what the copy inherits instead.
    if (name === '__proto__') throw unreadable('no member can be called __proto__')
    assertText(name, pointer)
    assertText(member, `${pointer}/${escaped(name)}`)
  }
}

export interface SentResource {
  readonly type: string
  readonly id: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  /** Relationship name → what it was set to. */
  readonly relationships: Readonly<Record<string, { readonly type: string; readonly id: string } | null>>
}

const text = z.string().max(200)
const identifier = z.object({ type: text, id: text })
const documentShape = z.object({
  data: z.object({
    type: text,
    id: text.optional(),
    attributes: z.record(z.string(), z.unknown()).optional(),
    relationships: z.record(z.string(), z.object({ data: identifier.nullable() })).optional(),
  }),
})

/** The resource object of a document. Throws `bad_request` when it is none, `forbidden` when it sets a relationship to many: none can be set. */
export function sentResource(document: unknown): SentResource {
  const problems = listProblems(document)
  if (problems.length > 0) throw new KyozoError('forbidden', problems[0]!.message, { problems })
  const read = documentShape.safeParse(document ?? {})
  if (!read.success) throw malformed(read.error)
  const { type, id, attributes = {}, relationships = {} } = read.data.data
  return { type, id, attributes, relationships: Object.fromEntries(Object.entries(relationships).map(([name, { data }]) => [name, data])) }
}

const anyRelationships = z.object({ data: z.object({ relationships: z.record(z.string(), z.object({ data: z.unknown() })) }) })

function listProblems(document: unknown): readonly Problem[] {
  const relationships = anyRelationships.safeParse(document).data?.data.relationships ?? {}
  return Object.entries(relationships).flatMap(([name, { data }]) =>
    Array.isArray(data)
      ? {
          source: { pointer: `/data/relationships/${escaped(name)}/data` },
          message: `${name.slice(0, 60)} is given a list, and relationships to many are not set: change the resources at their other end`,
        }
      : [],
  )
}

/** For a removal: what stands in `meta`. Some clients name the resource once more, as `data`; the address says it. */
export function sentMeta(document: unknown): Readonly<Record<string, unknown>> {
  const read = z.object({ meta: z.record(z.string(), z.unknown()).optional() }).safeParse(document)
  if (document !== undefined && !read.success) throw malformed(read.error)
  return read.data?.meta ?? {}
}

function malformed(error: z.ZodError): KyozoError {
  const problems = error.issues.map(({ path, message }) => {
    const pointer = pointerTo(path)
    return { source: { pointer }, message: `${pointer === '' ? 'the document' : pointer} is not as JSON:API has it: ${message}` }
  })
  return new KyozoError('bad_request', problems[0]!.message, { problems })
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((name) => `/${escaped(String(name))}`).join('')
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)
}
