// POST, PATCH and DELETE: a document becomes what the description takes, and what came of it becomes an answer.
import type { Request } from 'express'
import { KyozoError, type Problem } from '../../errors.ts'
import { expectingVersion } from '../../store/expecting.ts'
import type { Operation } from '../../store/operations.ts'
import type { ActionContext } from '../resources/action-context.ts'
import { resourceOf } from '../resources/index.ts'
import { type FoundItem, findItem } from '../resources/read.ts'
import type { Action, Ended } from '../resources/resource.ts'
import {
  actOnCollection as actOnAll,
  actOnResource,
  changeResource,
  createResource,
  removeResource,
  type Sent,
  type Writing as Write,
} from '../resources/write.ts'
import type { Target } from './address.ts'
import { assertVersion, expectedVersions, send } from './answer.ts'
import { readDocument, type SentResource, sentMeta, sentResource } from './body.ts'
import { addressOf, implementation, resourceObject } from './document.ts'
import { readQuery } from './query.ts'
import { type Asked, existing, searchOf } from './read-routes.ts'

/** What is handed to whatever changes something, but for what only the request knows. */
export type Acting = Omit<ActionContext, 'ipAddress'>

type Writing<K extends Target['kind']> = Asked<Extract<Target, { kind: K }>> & { readonly acting: Acting }
type Relationships = NonNullable<Action['relationships']>

export async function create(asked: Writing<'collection'>): Promise<void> {
  const { at, target, request, response } = asked
  const { resource } = target
  if (resource.create === undefined) throw new KyozoError('forbidden', `${resource.type} are not made through the API`)
  assertNoQuery(asked)
  const sent = sentResource(await readDocument(request))
  assertType(sent, [resource.type])
  if (sent.id !== undefined) throw ownId()
  const made = await createResource(writingOf(asked), resource, sentOf(asked, sent, resource.create.relationships))
  if (made.kind === 'operation') return sendOperation(asked, made.operation)
  const item = await findItem(at, resource, { id: made.id })
  const self = addressOf({ type: resource.type, id: made.id })
  const data = item === undefined ? { type: resource.type, id: made.id, attributes: {}, links: { self } } : resourceObject(item)
  send(request, response, {
    status: 201,
    document: { jsonapi: implementation, data: { ...data, attributes: { ...data.attributes, ...made.once } }, links: { self } },
    // What is shown this once is not for any cache to keep.
    headers: { Location: self, ...(made.once === undefined ? {} : { 'Cache-Control': 'no-store' }) },
    ...(made.once === undefined && item !== undefined ? { version: item.version } : {}),
  })
}

export async function update(asked: Writing<'item'>): Promise<void> {
  const { at, target, request } = asked
  const { resource, id } = target
  if (resource.update === undefined) throw new KyozoError('forbidden', `${resource.type} are not changed through the API`)
  assertNoQuery(asked)
  const sent = sentResource(await readDocument(request))
  assertType(sent, [resource.type])
  if (sent.id === undefined) throw wrong('bad_request', '/data/id', 'the id of the resource must be sent')
  if (sent.id !== id) throw wrong('conflict', '/data/id', `the id ${sent.id.slice(0, 60)} is not the one of the address`)
  const { writing, expect } = conditional(asked)
  const change = { target: { id, expect }, sent: sentOf(asked, sent, resource.update.relationships) }
  const ended = await changeResource(writing, resource, change)
  if (ended.kind === 'operation') return sendOperation(asked, ended.operation)
  await sendItem(asked, await existing(at, resource, { id }))
}

export async function remove(asked: Writing<'item'>): Promise<void> {
  const { target, request, response } = asked
  assertNoQuery(asked)
  const attributes = sentMeta(await readDocument(request))
  const { writing, expect } = conditional(asked)
  const sent = { attributes, related: {}, idempotencyKey: idempotencyKeyOf(request) }
  const ended = await removeResource(writing, target.resource, { target: { id: target.id, expect }, sent })
  if (ended.kind === 'operation') return sendOperation(asked, ended.operation)
  response.status(204).end()
}

/** `POST /<type>/<id>/<action>`. */
export async function act(asked: Writing<'action'>): Promise<void> {
  const { target, request } = asked
  const { action, resource, id, name } = target
  assertNoQuery(asked)
  const sent = actionSent(asked, await readDocument(request), action.relationships)
  const { writing, expect } = conditional(asked)
  const ended = await actOnResource(writing, resource, { action: name, target: { id, expect }, sent })
  if (ended.kind === 'operation') return sendOperation(asked, ended.operation)
  const changed = await findItem(asked.at, resource, { id })
  if (changed === undefined) asked.response.status(204).end()
  else await sendItem(asked, changed)
}

/** `POST /<type>/<action>`. */
export async function actOnCollection(asked: Writing<'collectionAction'>): Promise<void> {
  const { target, request, response } = asked
  const { action, resource, name } = target
  assertNoQuery(asked)
  const sent = actionSent(asked, await readDocument(request), action.relationships)
  const ended: Ended = await actOnAll(writingOf(asked), resource, { action: name, sent })
  if (ended.kind === 'operation') return sendOperation(asked, ended.operation)
  response.status(204).end()
}

function assertNoQuery({ request, target }: Asked): void {
  readQuery(searchOf(request), { resource: target.resource, families: [] })
}

/** An action may be sent without a body. Its type is the resource's, or what it makes: an operation. */
function actionSent(asked: Asked, document: unknown, taken: Relationships | undefined): Sent {
  if (document === undefined) return { attributes: {}, related: {}, idempotencyKey: idempotencyKeyOf(asked.request) }
  const sent = sentResource(document)
  assertType(sent, [asked.target.resource.type, 'operations'])
  return sentOf(asked, sent, taken)
}

function sentOf({ request }: Asked, { attributes, relationships }: SentResource, taken: Relationships = {}): Sent {
  const problems: Problem[] = []
  for (const [name, linkage] of Object.entries(relationships)) {
    const type = Object.hasOwn(taken, name) ? taken[name]!.type : undefined
    if (linkage === null || type === undefined || linkage.type === type) continue
    const message = `${name} is of type ${linkage.type.slice(0, 60)}, and must be of type ${type}`
    problems.push({ source: { pointer: `/data/relationships/${name}/data/type` }, message })
  }
  if (problems.length > 0) throw new KyozoError('invalid', problems[0]!.message, { problems })
  const related = Object.fromEntries(Object.entries(relationships).map(([name, linkage]) => [name, linkage?.id ?? null]))
  return { attributes, related, idempotencyKey: idempotencyKeyOf(request) }
}

function writingOf({ at, acting, request }: Asked & { readonly acting: Acting }): Write {
  return { at, acting: { ...acting, ipAddress: request.ip } }
}

/** With `If-Match`, the row must be as the client saw it, when it is looked at and still when it is changed. */
function conditional(asked: Asked & { readonly acting: Acting }): {
  readonly writing: Write
  readonly expect: ((found: FoundItem) => void) | undefined
} {
  const writing = writingOf(asked)
  const expected = expectedVersions(asked.request)
  if (expected === undefined) return { writing, expect: undefined }
  let seen: { readonly table: typeof asked.target.resource.table; readonly id: string; readonly version: string } | undefined
  const expect = ({ id, version }: FoundItem) => {
    assertVersion(version, expected)
    seen = { table: asked.target.resource.table, id, version }
  }
  const db = expectingVersion(writing.acting.db, () => seen)
  return { writing: { ...writing, acting: { ...writing.acting, db } }, expect }
}

function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.get('idempotency-key')
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key
  const message = 'the header Idempotency-Key must be 1 to 255 printable ASCII characters'
  throw new KyozoError('bad_request', message, { problems: [{ source: { header: 'Idempotency-Key' }, message }] })
}

async function sendItem({ request, response }: Asked, item: FoundItem): Promise<void> {
  const links = { self: addressOf({ type: item.resource.type, id: item.id }) }
  send(request, response, { document: { jsonapi: implementation, data: resourceObject(item), links }, version: item.version })
}

/** Whoever asked follows the operation to its end. */
async function sendOperation({ at, request, response }: Asked, { id }: Operation): Promise<void> {
  const self = addressOf({ type: 'operations', id })
  const item = await existing(at, resourceOf('operations'), { id })
  send(request, response, {
    status: 202,
    document: { jsonapi: implementation, data: resourceObject(item), links: { self } },
    headers: { 'Content-Location': self },
  })
}

function assertType(sent: SentResource, types: readonly string[]): void {
  if (types.includes(sent.type)) return
  throw wrong('conflict', '/data/type', `the type ${sent.type.slice(0, 60)} does not belong here; ${types[0]} does`)
}

function ownId(): KyozoError {
  return wrong('forbidden', '/data/id', 'ids are made here: a resource cannot be created with the client’s own id')
}

function wrong(code: 'forbidden' | 'conflict' | 'bad_request', pointer: string, message: string): KyozoError {
  return new KyozoError(code, message, { problems: [{ source: { pointer }, message }] })
}
