// GitLab's payloads in kyozo's words. Only the fields that are read are described, so a field that GitLab adds or changes elsewhere breaks nothing.
// https://docs.gitlab.com/user/project/integrations/webhook_events/
import { z } from 'zod'
import {
  cloneUrl,
  type ForgeConnection,
  type ForgeEvent,
  type ForgeRepository,
  groupPath,
  type IgnoredEvent,
  type NamedPayload,
} from '../forge.ts'
import { fullRefField, groupPathField, idField, isZeroSha, nameField, readPayload, shaField } from '../payload.ts'
import { commandLine } from '../pull-requests.ts'
import { actionOf, changedLabels, mergeRequestEventSchema } from './merge-request-events.ts'
import { fromPayload, timeOf } from './pull-requests.ts'
import { defaultBranchField } from './repositories.ts'

/** GitLab's number for what everybody may see; what all who are logged in may see is 10. */
const publicLevel = 20

const projectSchema = z.object({
  id: idField,
  path_with_namespace: groupPathField,
  default_branch: defaultBranchField,
  visibility_level: z.int(),
})

const pushSchema = z.object({
  ref: fullRefField,
  before: shaField,
  after: shaField,
  // Of an annotated tag the commit that it points at; null when something was deleted.
  checkout_sha: shaField.nullable().optional(),
  project: projectSchema,
  user_username: nameField.nullable().optional(),
  user_name: nameField,
})

// Years ago GitLab named people without their ids; nobody has the id 0.
const userSchema = z.object({ id: idField.optional().transform((id) => id ?? '0'), username: nameField })

const noteSchema = z.object({
  project: projectSchema,
  user: userSchema,
  object_attributes: z.object({
    id: idField,
    note: z.string(),
    noteable_type: z.string(),
    author_id: idField,
    created_at: z.string(),
    system: z.boolean().optional(),
    // From 16.11 on GitLab tells of edited comments too, and says which is which.
    action: z.string().optional(),
  }),
  merge_request: z.object({ iid: z.int().positive() }).optional(),
})

/** By the header, in lower case and without its last word. */
const unusedEvents: ReadonlySet<string> = new Set([
  ...['build', 'confidential issue', 'confidential note', 'deployment', 'emoji', 'feature flag', 'issue', 'job', 'member', 'milestone'],
  ...['pipeline', 'project', 'release', 'resource access token', 'subgroup', 'vulnerability', 'wiki page', 'work item'],
])

export function parse(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  switch (delivery.event) {
    case 'Push Hook':
    case 'Tag Push Hook':
      return parsePush(delivery, connection)
    case 'Merge Request Hook':
      return parseMergeRequest(delivery, connection)
    case 'Note Hook':
      return parseNote(delivery, connection)
    case 'System Hook':
      return ignored('a system hook tells of the whole GitLab; add the webhook to the project or to its group')
    default:
      return ignored(unusedEventReason(delivery.event))
  }
}

function parsePush(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const push = readPayload(pushSchema, delivery)
  const repository = asRepository(push.project, connection)
  const before = isZeroSha(push.before) ? null : push.before
  const { ref, after } = push
  const pusher = push.user_username ?? push.user_name
  if (ref.startsWith('refs/tags/')) {
    if (isZeroSha(after)) return ignored('a tag was deleted, and kyozo runs branches and pull requests')
    return { kind: 'tag_pushed', repository, ref, after: push.checkout_sha ?? after, pusher }
  }
  if (!ref.startsWith('refs/heads/')) return ignored('what was pushed is neither a branch nor a tag')
  if (isZeroSha(after)) return { kind: 'branch_deleted', repository, ref, before, pusher }
  // GitLab does not tell whether history was rewritten.
  return { kind: 'push', repository, ref, before, after, isForced: false, isCreated: before === null, pusher }
}

function parseMergeRequest(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const event = readPayload(mergeRequestEventSchema.extend({ project: projectSchema, user: userSchema }), delivery)
  const { project, user, object_attributes: attributes } = event
  if (attributes.target_project_id !== project.id) return ignored('the merge request is one of another project')
  if (attributes.action === undefined) return ignored('a merge request to which nothing happened, as GitLab sends it for a test')
  const action = actionOf(event)
  if (action === undefined) return ignored(`this change of merge request !${attributes.iid} alters nothing that runs`)
  const repository = asRepository(project, connection)
  return {
    kind: 'pull_request',
    repository,
    action,
    pullRequest: fromPayload(event, { connection, repository, sender: { id: user.id, login: user.username } }),
    sender: { id: user.id, login: user.username },
    changedLabels: changedLabels(event, action),
  }
}

/** GitLab tells of comments below anything alike; what was edited afterwards commands nothing. */
function parseNote(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const { project, user, merge_request: mergeRequest, object_attributes: note } = readPayload(noteSchema, delivery)
  if (note.noteable_type !== 'MergeRequest' || mergeRequest === undefined) return ignored('the comment is not below a merge request')
  if ((note.action ?? 'create') !== 'create') return ignored('only a new comment is read')
  const text = commandLine(note.note)
  if (text === undefined || note.system === true) return ignored('the comment does not begin with /kyozo')
  return {
    kind: 'comment',
    repository: asRepository(project, connection),
    pullRequest: mergeRequest.iid,
    comment: { id: note.id, text, at: timeOf(note.created_at) },
    author: { id: note.author_id, login: user.username },
  }
}

function asRepository(project: z.infer<typeof projectSchema>, connection: ForgeConnection): ForgeRepository {
  return {
    id: project.id,
    fullName: project.path_with_namespace,
    cloneUrl: cloneUrl(connection, project.path_with_namespace, groupPath),
    defaultBranch: project.default_branch,
    isPrivate: project.visibility_level !== publicLevel,
  }
}

function unusedEventReason(event: string): string {
  const words = event.replace(/ Hook$/, '').toLowerCase()
  return unusedEvents.has(words) ? `${words} events are not something kyozo acts on` : `kyozo does not know ${words} events`
}

function ignored(reason: string): IgnoredEvent {
  return { kind: 'ignored', reason }
}
