// Comments below merge requests, which GitLab calls notes, and the emoji people put on them.
import { roleIn } from './access.ts'
import { mergeRequestOf } from './merge-requests.ts'
import { type Answer, failure, type ProjectCall, pageOf, timePart, userPart, type World } from './operations.ts'
import { notePayload } from './payloads.ts'
import type { MergeRequest, Project, StoredDelivery, StoredNote, User } from './state.ts'
import { tellHooks } from './webhooks.ts'

const bodyLimit = 1_000_000
const maintainer = 40

export interface Writing {
  readonly project: Project
  readonly merge: MergeRequest
  readonly author: User
  readonly body: string
}

export async function writeNote(
  world: World,
  { project, merge, author, body }: Writing,
): Promise<{ readonly note: StoredNote; readonly deliveries: readonly StoredDelivery[] }> {
  const at = world.now()
  const note: StoredNote = { id: world.nextId(), body, author, createdAtMs: at, updatedAtMs: at, awards: [] }
  merge.notes.push(note)
  return { note, deliveries: await tellHooks(project, 'note_events', notePayload(project, { merge, note, action: 'create' }), at) }
}

export function listNotes(world: World, call: ProjectCall): Answer {
  const merge = mergeRequestOf(call)
  if (merge === undefined) return failure(404, '404 Not found')
  const notes = call.query.get('sort') === 'asc' ? merge.notes : merge.notes.toReversed()
  return pageOf(
    world,
    call,
    notes.map((note) => notePart(world, merge, note)),
  )
}

/** A line that begins with one of these GitLab carries out in place of showing it. */
const quickAction = /^\/(close|reopen|merge|approve|draft|ready|label|assign|title|target_branch|rebase|award|todo|lock)\b/m

export async function createNote(world: World, call: ProjectCall): Promise<Answer> {
  const { project, user, caller, limiter, body: given } = { ...call, limiter: world.limiter }
  if (caller.kind === 'anonymous' || (project.isPrivate && roleIn(caller, project) === 0)) return failure(401, '401 Unauthorized')
  if (limiter.isOver('notesPerMinute', user.username, world.now()))
    return failure(429, { error: 'This endpoint has been requested too many times. Try again later.' })
  const merge = mergeRequestOf(call)
  if (merge === undefined) return failure(404, '404 Not found')
  const body = String(given.body)
  const invalid = bodyProblem(body)
  if (invalid !== undefined) return failure(400, invalid)
  if (quickAction.test(body)) return { status: 202, body: { commands_changes: {}, summary: ['A command was carried out.'] } }
  const { note } = await writeNote(world, { project, merge, author: user, body })
  return { status: 201, body: notePart(world, merge, note) }
}

function bodyProblem(body: string): unknown {
  if (body.trim() === '') return { note: ["can't be blank"] }
  return body.length > bodyLimit
    ? { note: [`is too long (${body.length} characters). The maximum size is ${bodyLimit} characters.`] }
    : undefined
}

export async function editNote(world: World, call: ProjectCall): Promise<Answer> {
  const found = noteOf(call)
  if (found === undefined) return failure(404, '404 Not found')
  const { merge, note } = found
  const { project, user, caller, body: given } = call
  if (note.author !== user && roleIn(caller, project) < maintainer) return failure(403, '403 Forbidden')
  const body = String(given.body)
  const invalid = bodyProblem(body)
  if (invalid !== undefined) return failure(400, invalid)
  note.body = body
  note.updatedAtMs = world.now()
  await tellHooks(project, 'note_events', notePayload(project, { merge, note, action: 'update' }), world.now())
  return { status: 200, body: notePart(world, merge, note) }
}

function noteOf(call: ProjectCall): { readonly merge: MergeRequest; readonly note: StoredNote } | undefined {
  const merge = mergeRequestOf(call)
  const note = merge?.notes.find(({ id }) => String(id) === call.operation.params.note_id)
  return merge === undefined || note === undefined ? undefined : { merge, note }
}

export function listAwards(world: World, call: ProjectCall): Answer {
  const found = noteOf(call)
  if (found === undefined) return failure(404, '404 Not found')
  return pageOf(
    world,
    call,
    found.note.awards.map((one) => awardPart(world, found.note, one)),
  )
}

export function award(world: World, call: ProjectCall): Answer {
  const found = noteOf(call)
  if (found === undefined) return failure(404, '404 Note Not Found')
  const { note } = found
  const name = String(call.body.name)
  if (!/^[a-z0-9_+-]+$/.test(name)) return failure(404, '404 Award Emoji Name is not a valid emoji name Not Found')
  if (note.awards.some((one) => one.name === name && one.user === call.user))
    return failure(404, '404 Award Emoji Name has already been taken Not Found')
  const given = { id: world.nextId(), name, user: call.user }
  note.awards.push(given)
  return { status: 201, body: awardPart(world, note, given) }
}

function awardPart(world: World, note: StoredNote, { id, name, user }: StoredNote['awards'][number]) {
  return { id, name, user: userPart(world, user), created_at: timePart(note.createdAtMs), awardable_id: note.id, awardable_type: 'Note' }
}

function notePart(world: World, merge: MergeRequest, note: StoredNote) {
  return {
    id: note.id,
    body: note.body,
    author: userPart(world, note.author),
    created_at: timePart(note.createdAtMs),
    updated_at: timePart(note.updatedAtMs),
    system: false,
    noteable_id: merge.id,
    noteable_type: 'MergeRequest',
    noteable_iid: merge.iid,
  }
}
