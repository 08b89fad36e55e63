// What GitLab's webhooks say, in the documented shapes.
// https://docs.gitlab.com/user/project/integrations/webhook_events/
import type { MergeRequest, Project, StoredNote, User } from './state.ts'

type Payload = Record<string, unknown>

const zeroSha = '0'.repeat(40)

export interface Move {
  readonly ref: string
  readonly before: string | null
  readonly after: string | null
  readonly user: User
}

export function pushPayload(project: Project, { ref, before, after, user }: Move): Payload {
  const kind = ref.startsWith('refs/tags/') ? 'tag_push' : 'push'
  return {
    object_kind: kind,
    event_name: kind,
    before: before ?? zeroSha,
    after: after ?? zeroSha,
    ref,
    ref_protected: false,
    checkout_sha: after,
    message: null,
    user_id: user.id,
    user_name: user.username,
    user_username: user.username,
    user_email: '',
    user_avatar: null,
    project_id: project.id,
    project: projectPart(project),
    commits:
      after === null ? [] : [{ id: after, message: 'Change things\n', title: 'Change things', added: [], modified: [], removed: [] }],
    total_commits_count: after === null ? 0 : 1,
    push_options: {},
    repository: repositoryPart(project),
  }
}

export interface MergeChange {
  readonly user: User
  readonly action: 'open' | 'close' | 'reopen' | 'update' | 'merge'
  readonly changes?: Readonly<Record<string, unknown>>
  /** Where the head was before a push. */
  readonly oldrev?: string
}

export function mergeRequestPayload(project: Project, merge: MergeRequest, { user, action, changes = {}, oldrev }: MergeChange): Payload {
  return {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user: userPart(user),
    project: projectPart(project),
    repository: repositoryPart(project),
    object_attributes: { ...mergePart(project, merge), action, ...(oldrev === undefined ? {} : { oldrev }) },
    labels: merge.labels.map(labelPart),
    changes: { updated_at: { previous: timePart(merge.createdAtMs), current: timePart(merge.updatedAtMs) }, ...changes },
    assignees: [],
    reviewers: [],
  }
}

export interface NoteChange {
  readonly merge: MergeRequest
  readonly note: StoredNote
  readonly action: 'create' | 'update'
}

export function notePayload(project: Project, { merge, note, action }: NoteChange): Payload {
  return {
    object_kind: 'note',
    event_type: 'note',
    user: userPart(note.author),
    project_id: project.id,
    project: projectPart(project),
    repository: repositoryPart(project),
    object_attributes: {
      id: note.id,
      note: note.body,
      noteable_type: 'MergeRequest',
      author_id: note.author.id,
      created_at: timePart(note.createdAtMs),
      updated_at: timePart(note.updatedAtMs),
      project_id: project.id,
      line_code: null,
      commit_id: '',
      noteable_id: merge.id,
      system: false,
      internal: false,
      action,
      url: `https://payload.invalid/${project.path}/-/merge_requests/${merge.iid}#note_${note.id}`,
    },
    merge_request: mergePart(project, merge),
  }
}

function mergePart(project: Project, merge: MergeRequest): Payload {
  const isDraft = isDraftTitle(merge.title)
  return {
    id: merge.id,
    iid: merge.iid,
    target_branch: merge.targetBranch,
    source_branch: merge.sourceBranch,
    source_project_id: merge.source?.id ?? null,
    target_project_id: project.id,
    author_id: merge.author.id,
    assignee_ids: [],
    reviewer_ids: [],
    title: merge.title,
    description: merge.description,
    created_at: timePart(merge.createdAtMs),
    updated_at: timePart(merge.updatedAtMs),
    state_id: { opened: 1, closed: 2, merged: 3 }[merge.state],
    state: merge.state,
    work_in_progress: isDraft,
    draft: isDraft,
    merge_status: 'unchecked',
    detailed_merge_status: merge.state === 'opened' ? 'mergeable' : 'not_open',
    merge_commit_sha: merge.mergeCommitSha,
    source: merge.source === null ? null : projectPart(merge.source),
    target: projectPart(project),
    last_commit: merge.sha === null ? null : { id: merge.sha, message: 'Change things\n', title: 'Change things' },
    labels: merge.labels.map(labelPart),
    url: `https://payload.invalid/${project.path}/-/merge_requests/${merge.iid}`,
  }
}

/** GitLab tells a draft by its title. */
export function isDraftTitle(title: string): boolean {
  return /^(draft:|\[draft\]|\(draft\))/i.test(title)
}

export function labelPart(title: string): Payload {
  return { id: 206, title, color: '#ffffff', template: false, description: null, type: 'ProjectLabel', group_id: null }
}

function userPart({ id, username }: User): Payload {
  return { id, name: username, username, avatar_url: null, email: '[REDACTED]' }
}

/** As payloads have times. */
function timePart(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
}

function projectPart({ id, path, isPrivate, defaultBranch }: Project): Payload {
  // On purpose not where the double serves Git: whoever follows a payload's address ends nowhere.
  const web = `https://payload.invalid/${path}`
  return {
    id,
    name: path.split('/').at(-1),
    description: '',
    web_url: web,
    avatar_url: null,
    git_ssh_url: `git@payload.invalid:${path}.git`,
    git_http_url: `${web}.git`,
    namespace: path.split('/').at(-2),
    visibility_level: isPrivate ? 0 : 20,
    path_with_namespace: path,
    default_branch: defaultBranch,
    ci_config_path: '',
    homepage: web,
    url: `git@payload.invalid:${path}.git`,
    ssh_url: `git@payload.invalid:${path}.git`,
    http_url: `${web}.git`,
  }
}

function repositoryPart({ path }: Project): Payload {
  const name = path.split('/').at(-1)
  return { name, url: `git@payload.invalid:${path}.git`, description: '', homepage: `https://payload.invalid/${path}` }
}
