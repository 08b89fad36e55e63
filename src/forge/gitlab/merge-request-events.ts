// What happened to a merge request, as a webhook tells it. One delivery may tell of several changes; what alters most of what runs is said first.
// https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events
import { z } from 'zod'
import { branchField, idField, nameField, presentShaField } from '../payload.ts'
import type { PullRequestAction } from '../pull-requests.ts'

/** Nobody puts more on one. */
const labelsKept = 100

const labelsSchema = z
  .array(z.object({ title: nameField }))
  .transform((labels) => labels.slice(0, labelsKept))
  .nullable()

export const mergeRequestEventSchema = z.object({
  object_attributes: z.object({
    id: idField,
    iid: z.int().positive(),
    title: nameField,
    state: z.string(),
    source_branch: branchField,
    target_branch: branchField,
    // Null when the fork was deleted.
    source_project_id: idField.nullable(),
    target_project_id: idField,
    author_id: idField,
    // Null when there is nothing to merge.
    last_commit: z.object({ id: presentShaField }).nullable().optional(),
    draft: z.boolean().optional(),
    // What `draft` was called before 13.
    work_in_progress: z.boolean().optional(),
    updated_at: z.string(),
    action: z.string().optional(),
    // Where the head was before a push.
    oldrev: z.string().optional(),
  }),
  labels: labelsSchema.optional(),
  changes: z
    .object({
      target_branch: z.unknown().optional(),
      draft: z.object({ current: z.boolean().nullable() }).optional(),
      labels: z.object({ previous: labelsSchema, current: labelsSchema }).optional(),
    })
    .nullable()
    .optional(),
})

export type MergeRequestEvent = z.infer<typeof mergeRequestEventSchema>

/** Undefined for what alters nothing that runs. */
export function actionOf(event: MergeRequestEvent): PullRequestAction | undefined {
  switch (event.object_attributes.action) {
    case 'open':
      return 'opened'
    case 'reopen':
      return 'reopened'
    case 'close':
    case 'merge':
      return 'closed'
    case 'update':
      return updateOf(event)
    default:
      return undefined
  }
}

function updateOf(event: MergeRequestEvent): PullRequestAction | undefined {
  const { object_attributes: attributes, changes } = event
  if (attributes.oldrev !== undefined) return 'updated'
  if (changes?.target_branch !== undefined) return 'retargeted'
  if (changes?.draft !== undefined) return changes.draft.current === true ? 'drafted' : 'ready'
  const { put, taken } = labelChanges(event)
  if (put.length > 0) return 'labeled'
  return taken.length > 0 ? 'unlabeled' : undefined
}

/** Of one delivery that tells of both only those that were put on: what was taken off must never pass for put on. */
export function changedLabels(event: MergeRequestEvent, action: PullRequestAction): readonly string[] {
  const { put, taken } = labelChanges(event)
  return action === 'labeled' ? put : action === 'unlabeled' ? taken : []
}

function labelChanges({ changes }: MergeRequestEvent): { readonly put: readonly string[]; readonly taken: readonly string[] } {
  const [before, after] = [changes?.labels?.previous, changes?.labels?.current].map((labels) => (labels ?? []).map(({ title }) => title))
  return { put: after!.filter((title) => !before!.includes(title)), taken: before!.filter((title) => !after!.includes(title)) }
}
