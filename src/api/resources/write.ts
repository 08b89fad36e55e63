// Creating, changing, removing and acting as the descriptions say. JSON:API and GraphQL both write through here, so that rights, validation and words
// are the same: rights come first, then everything that is wrong with what was sent, at once.
import { type RightName, reasonToRefuse, reasonToRefuseReading, type Subject } from '../../access/rights.ts'
import { KyozoError } from '../../errors.ts'
import type { ActionContext } from './action-context.ts'
import type { AnswerContext, Row } from './attribute.ts'
import { resourceOf } from './index.ts'
import { checkInput } from './input.ts'
import { type FoundItem, findItem } from './read.ts'
import type { Created, Ended, Input, Resource, WriteRequest } from './resource.ts'

export interface Writing {
  readonly at: AnswerContext
  readonly acting: ActionContext
}

/** As it came, nothing checked but that these are objects. */
export interface Sent {
  readonly attributes: Readonly<Record<string, unknown>>
  /** Relationship name → id; null takes one away. */
  readonly related: Readonly<Record<string, string | null>>
  readonly idempotencyKey: string | undefined
}

export interface Target {
  readonly id: string
  /** Called when the row is readable and the right is there, before anything is checked; throws when the row is not as the client saw it. Default is nothing. */
  readonly expect?: ((found: FoundItem) => void) | undefined
}

export async function createResource(writing: Writing, resource: Resource, sent: Sent): Promise<Created> {
  const { create } = resource
  if (create === undefined) throw notOffered(`${resource.type} cannot be created`)
  const { viewer } = writing.at
  assertSomewhere(writing, create.right)
  if (create.subject === undefined) assertMay(writing, create.right, {})
  const request = await requestOf(writing, create, sent)
  if (create.subject !== undefined) assertMay(writing, create.right, create.subject(request))
  return create.run(writing.acting, { ...request, viewer })
}

export async function changeResource(
  writing: Writing,
  resource: Resource,
  { target, sent }: { readonly target: Target; readonly sent: Sent },
): Promise<Ended> {
  const { update } = resource
  if (update === undefined) throw notOffered(`${resource.type} cannot be changed`)
  const row = await targetRow(writing, resource, { target, right: update.right })
  return update.run(writing.acting, { ...(await requestOf(writing, update, sent)), row })
}

/** `sent.attributes` is what came along, such as a confirmation. */
export async function removeResource(
  writing: Writing,
  resource: Resource,
  { target, sent }: { readonly target: Target; readonly sent: Sent },
): Promise<Ended> {
  const { remove } = resource
  if (remove === undefined) throw notOffered(`${resource.type} cannot be deleted`)
  const row = await targetRow(writing, resource, { target, right: remove.right })
  const attributes = checkInput({ attributes: remove.attributes ?? {} }, { ...sent, pointer: '/meta' })
  return remove.run(writing.acting, { viewer: writing.at.viewer, row, attributes, idempotencyKey: sent.idempotencyKey })
}

export async function actOnResource(
  writing: Writing,
  resource: Resource,
  { action: name, target, sent }: { readonly action: string; readonly target: Target; readonly sent: Sent },
): Promise<Ended> {
  const action = own(resource.actions, name)
  if (action === undefined) throw notOffered(`${resource.type} have no action ${name}`)
  const row = await targetRow(writing, resource, { target, right: action.right })
  return action.run(writing.acting, { ...(await requestOf(writing, action, sent)), row })
}

/** An action that is about no row yet. */
export async function actOnCollection(
  writing: Writing,
  resource: Resource,
  { action: name, sent }: { readonly action: string; readonly sent: Sent },
): Promise<Ended> {
  const action = own(resource.collectionActions, name)
  if (action === undefined) throw notOffered(`${resource.type} have no action ${name}`)
  assertSomewhere(writing, action.right)
  const request = await requestOf(writing, action, sent)
  assertMay(writing, action.right, subjectOfRelated(request.related))
  return action.run(writing.acting, { ...request, row: undefined })
}

/** What the right is asked for: the workspace that was named, or that of the environment or service that was named. */
function subjectOfRelated({ workspace, environment, service_instance: service }: WriteRequest['related']): Subject {
  const workspaceId = workspace?.id ?? environment?.workspaceId ?? service?.workspaceId
  return { workspaceId: (workspaceId as string | undefined) ?? null, serviceInstanceId: (service?.id as string | undefined) ?? null }
}

interface Described {
  readonly attributes: Input
  readonly relationships?: Readonly<Record<string, { readonly type: string; readonly isRequired: boolean }>>
}

/** Throws `invalid` with everything that is wrong, `not_found` for a related resource that is not there. */
async function requestOf({ at }: Writing, described: Described, sent: Sent): Promise<WriteRequest> {
  const attributes = checkInput(described, { ...sent, pointer: '/data/attributes' })
  const related: Record<string, Row | undefined> = {}
  for (const [name, id] of Object.entries(sent.related)) {
    if (id === null) continue
    const resource = resourceOf(described.relationships![name]!.type)
    const found = await findItem(at, resource, { id, fields: rowFields(resource) })
    if (found === undefined) throw missingRelated(name, resource)
    related[name] = found.row
  }
  return { viewer: at.viewer, attributes, related, idempotencyKey: sent.idempotencyKey }
}

async function targetRow(
  writing: Writing,
  resource: Resource,
  { target, right }: { readonly target: Target; readonly right: RightName },
): Promise<Row> {
  const found = await findItem(writing.at, resource, { id: target.id, fields: rowFields(resource) })
  if (found === undefined) throw new KyozoError('not_found', `there is no resource of type ${resource.type} with this id`)
  assertMay(writing, right, subjectOf(resource, found.row))
  target.expect?.(found)
  return found.row
}

/** What rights are asked for about a row. */
export function subjectOf({ subject }: Resource, row: Row): Subject {
  const idIn = (column: string | undefined) => (column === undefined ? null : ((row[column] as string | null | undefined) ?? null))
  return { workspaceId: idIn(subject.workspace), serviceInstanceId: idIn(subject.service) }
}

/** Large and calculated attributes are nothing that an action looks at. */
function rowFields({ attributes }: Resource): readonly string[] {
  return Object.entries(attributes).flatMap(([name, { source, isLarge }]) => (source.kind === 'column' && !isLarge ? name : []))
}

/** Whoever may do it nowhere is told so before what was sent is looked at. */
function assertSomewhere({ at }: Writing, right: RightName): void {
  const reason = reasonToRefuseReading(at.viewer, right)
  if (reason !== undefined) throw new KyozoError('forbidden', reason)
}

function assertMay({ at }: Writing, right: RightName, subject: Subject): void {
  const reason = reasonToRefuse(at.viewer, right, subject)
  if (reason !== undefined) throw new KyozoError('forbidden', reason)
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}

function notOffered(message: string): KyozoError {
  return new KyozoError('method_not_allowed', message)
}

function missingRelated(name: string, { type }: Resource): KyozoError {
  const message = `${name}: there is no resource of type ${type} with this id`
  return new KyozoError('not_found', message, { problems: [{ source: { pointer: `/data/relationships/${name}` }, message }] })
}
