// Pointers into what a client sent. They must lead to something that is there (https://jsonapi.org/format/1.1/#error-objects): what is missing is told
// of the object that lacks it.
import type { Request } from 'express'

const documents = new WeakMap<Request, unknown>()

/** Undefined when nothing was sent. */
export function rememberDocument(request: Request, document: unknown): void {
  documents.set(request, document)
}

/** As much of a pointer as leads to something in the request's document; undefined when nothing was sent. */
export function pointerInto(request: Request, pointer: string): string | undefined {
  if (!documents.has(request)) return pointer
  let found = documents.get(request)
  if (found === undefined) return undefined
  let reached = ''
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) break
    found = (found as Readonly<Record<string, unknown>>)[name]
    reached += `/${step}`
  }
  return reached
}
