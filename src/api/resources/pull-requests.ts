import { pullRequestActions } from '../actions/pull-requests.ts'
import { flag, integer, json, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, names, object, one, perhapsOne, updatedAt } from './shapes.ts'

export const pullRequests: Resource = {
  type: 'pull_requests',
  description:
    'A pull request (GitLab: merge request) of a repository that is followed, with its review and what is decided about its preview.',
  table: 'pullRequests',
  attributes: {
    number: integer('Its number at the host.', { sort: true, filter: 'equal' }),
    state: oneOf(['open', 'merged', 'closed'], 'How it stands at the host.', { sort: true, filter: 'equal' }),
    title: text('Its title.'),
    url: text('Its page at the host.'),
    author: text('Who opened it.', { filter: 'equal' }),
    ref: text('Where its head is fetched from.'),
    head_sha: text('The commit at its head.', { filter: 'equal' }),
    head_ref: text('The branch of its head, in whatever repository that is.'),
    base_ref: text('The branch that it is to be merged into.', { filter: 'equal' }),
    is_fork: flag('Whether its head is in another repository: then nothing of it runs unless somebody approves the commit.', {
      filter: 'equal',
    }),
    is_draft: flag('Whether it is a draft.', { filter: 'equal' }),
    labels: json(names, 'Names of its labels.'),
    held: oneOf(
      ['off', 'draft', 'approval', 'destroyed', 'expired', 'evicted', 'full', 'failed', 'nothing'],
      'Why no preview of its head is made; null while one is, or when it is not open.',
      { nullable: true, filter: 'equal' },
    ),
    held_reason: text('The same in words.', { nullable: true }),
    approved_sha: text('The commit of a fork that was approved last.', { nullable: true }),
    approved_base: text('The base branch that it was approved for; with another one the approval is over.', { nullable: true }),
    approved_by: text('Who approved it.', { nullable: true }),
    approved_at: time('When. An approval lasts a day, or as long as previews stay.', { nullable: true }),
    review: json(object, 'What merging it would do: `title`, `markdown`, `text`, `conclusion`, `changes` and `decisions`.', {
      nullable: true,
      large: true,
    }),
    review_sha: text('The commit that was reviewed.', { nullable: true }),
    last_used_at: time('When it was pushed to, spoken of or looked at last; of a fork, when it was approved or asked for.', {
      sort: true,
      filter: 'range',
    }),
    closed_at: time('When it was known to be closed or merged.', { nullable: true, filter: 'range' }),
    created_at: createdAt,
    updated_at: updatedAt,
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    environment: perhapsOne('environments', 'environmentId', 'Its preview.'),
  },
  read: 'pull_requests.read',
  subject: { workspace: 'workspaceId' },
  ...pullRequestActions,
}
