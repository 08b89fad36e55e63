// What Gitea says things with, in answers of its API and in payloads of its webhooks alike: modules/structs and services/convert of go-gitea/gitea.
import { levelOf } from './access.ts'
import type { Hook, Repository, StoredComment, StoredPullRequest, StoredStatus, User } from './state.ts'

export interface Place {
  readonly webUrl: string
}

type Shape = Record<string, unknown>

const never = '0001-01-01T00:00:00Z'

/** By the second, as its database keeps times. */
export function timeOf(ms: number): string {
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z')
}

export function userShape({ webUrl }: Place, { id, login, isAdmin }: User): Shape {
  return {
    id,
    login,
    login_name: '',
    full_name: '',
    email: `${login}@noreply.git.example`,
    avatar_url: `${webUrl}/avatars/${login}`,
    language: '',
    is_admin: isAdmin,
    last_login: never,
    created: '2024-01-01T00:00:00Z',
    restricted: false,
    active: false,
    prohibit_login: false,
    location: '',
    website: '',
    description: '',
    visibility: 'public',
    followers_count: 0,
    following_count: 0,
    starred_repos_count: 0,
    username: login,
  }
}

export function repositoryShape(place: Place, repository: Repository, viewer?: User): Shape {
  const { id, fullName, owner, defaultBranch, isPrivate, isArchived, isFork } = repository
  const [, name] = fullName.split('/')
  const html = `${place.webUrl}/${fullName}`
  const level = levelOf(repository, viewer)
  const atLeast = (...wanted: string[]) => wanted.includes(level)
  return {
    id,
    owner: userShape(place, owner),
    name,
    full_name: fullName,
    description: '',
    empty: false,
    private: isPrivate,
    fork: isFork,
    template: false,
    parent: null,
    mirror: false,
    size: 24,
    language: '',
    languages_url: `${place.webUrl}/api/v1/repos/${fullName}/languages`,
    html_url: html,
    link: '',
    // On purpose not where the double serves Git: whoever follows a payload's address ends nowhere.
    ssh_url: `git@payload.invalid:${fullName}.git`,
    clone_url: `https://payload.invalid/${fullName}.git`,
    original_url: '',
    website: '',
    stars_count: 0,
    forks_count: 0,
    watchers_count: 1,
    open_issues_count: 0,
    open_pr_counter: repository.pullRequests.filter(({ state }) => state === 'open').length,
    release_counter: 0,
    default_branch: defaultBranch,
    archived: isArchived,
    created_at: '2024-01-01T00:00:00Z',
    updated_at: '2024-01-01T00:00:00Z',
    permissions: {
      admin: atLeast('admin', 'owner'),
      push: atLeast('write', 'admin', 'owner'),
      pull: !atLeast('none'),
    },
    has_issues: true,
    internal_tracker: { enable_time_tracker: true, allow_only_contributors_to_track_time: true, enable_issue_dependencies: true },
    has_wiki: true,
    has_pull_requests: true,
    has_projects: true,
    ignore_whitespace_conflicts: false,
    allow_merge_commits: true,
    allow_rebase: true,
    allow_rebase_explicit: true,
    allow_squash_merge: true,
    default_merge_style: 'merge',
    avatar_url: '',
    internal: false,
    mirror_interval: '',
    mirror_updated: never,
    repo_transfer: null,
  }
}

/** `draft` is newer than the description: its judge is not shown it. */
export function pullRequestShape(place: Place, repository: Repository, pull: StoredPullRequest): Shape {
  const html = `${place.webUrl}/${repository.fullName}/pulls/${pull.number}`
  return {
    id: pull.id,
    url: html,
    number: pull.number,
    user: userShape(place, pull.author),
    title: pull.title,
    body: pull.body,
    labels: pull.labels.map((name) => labelShape(place, repository, name)),
    milestone: null,
    assignee: null,
    assignees: null,
    requested_reviewers: null,
    state: pull.state,
    draft: /^(wip:|\[wip\])/i.test(pull.title),
    is_locked: false,
    comments: repository.comments.filter((comment) => comment.pullRequest === pull.number).length,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    mergeable: pull.state === 'open',
    merged: pull.merged !== undefined,
    merged_at: pull.merged === undefined ? null : timeOf(pull.merged.atMs),
    merge_commit_sha: pull.merged?.sha ?? null,
    merged_by: pull.merged === undefined ? null : userShape(place, pull.merged.by),
    allow_maintainer_edit: false,
    base: { label: pull.base, ref: pull.base, sha: '', repo_id: repository.id, repo: repositoryShape(place, repository, pull.author) },
    head: headShape(place, repository, pull),
    merge_base: '',
    due_date: null,
    created_at: timeOf(pull.createdAtMs),
    updated_at: timeOf(pull.updatedAtMs),
    closed_at: pull.state === 'closed' ? timeOf(pull.updatedAtMs) : null,
  }
}

/** A branch that is gone is told by the ref that Gitea keeps of it, and so is what never had a branch. */
function headShape(place: Place, repository: Repository, { headBranch, head, hasBranch, headSha, number }: StoredPullRequest): Shape {
  const owner = headBranch === '' ? repository : head
  return {
    label: headBranch,
    ref: hasBranch && owner !== undefined ? headBranch : `refs/pull/${number}/head`,
    sha: headSha,
    repo_id: owner?.id ?? -1,
    repo: owner === undefined ? null : repositoryShape(place, owner),
  }
}

export function labelShape({ webUrl }: Place, { fullName }: Repository, name: string): Shape {
  const id = 285 + [...name].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0)
  return { id, name, exclusive: false, color: 'ee0701', description: '', url: `${webUrl}/api/v1/repos/${fullName}/labels/${id}` }
}

/** A pull request is an issue too. */
export function issueShape(place: Place, repository: Repository, pull: StoredPullRequest): Shape {
  const { id, user, title, body, labels, state, comments, created_at, updated_at, closed_at, html_url } = pullRequestShape(
    place,
    repository,
    pull,
  )
  const { fullName, owner } = repository
  return {
    id,
    url: `${place.webUrl}/api/v1/repos/${fullName}/issues/${pull.number}`,
    html_url,
    number: pull.number,
    user,
    original_author: '',
    original_author_id: 0,
    title,
    body,
    ref: '',
    assets: [],
    labels,
    milestone: null,
    assignee: null,
    assignees: null,
    state,
    is_locked: false,
    comments,
    created_at,
    updated_at,
    closed_at,
    due_date: null,
    pull_request: { merged: pull.merged !== undefined, merged_at: pull.merged === undefined ? null : timeOf(pull.merged.atMs) },
    repository: { id: repository.id, name: fullName.split('/')[1], owner: owner.login, full_name: fullName },
    pin_order: 0,
  }
}

export function commentShape(place: Place, { fullName }: Repository, comment: StoredComment): Shape {
  const pull = `${place.webUrl}/${fullName}/pulls/${comment.pullRequest}`
  return {
    id: comment.id,
    html_url: `${pull}#issuecomment-${comment.id}`,
    pull_request_url: pull,
    issue_url: '',
    user: userShape(place, comment.author),
    original_author: '',
    original_author_id: 0,
    body: comment.body,
    assets: [],
    created_at: timeOf(comment.createdAtMs),
    updated_at: timeOf(comment.createdAtMs),
  }
}

export function statusShape(place: Place, { fullName }: Repository, status: StoredStatus): Shape {
  return {
    id: status.id,
    status: status.state,
    target_url: status.targetUrl,
    description: status.description,
    url: `${place.webUrl}/api/v1/repos/${fullName}/statuses/${status.sha}`,
    context: status.context,
    creator: userShape(place, status.creator),
    created_at: timeOf(status.createdAtMs),
    updated_at: timeOf(status.createdAtMs),
  }
}

/** All types of events, by which webhooks are told apart. */
export const eventTypes: readonly string[] = [
  ...['create', 'delete', 'fork', 'push', 'issues', 'issue_assign', 'issue_label', 'issue_milestone', 'issue_comment'],
  ...['pull_request', 'pull_request_assign', 'pull_request_label', 'pull_request_milestone', 'pull_request_comment'],
  ...['pull_request_review_approved', 'pull_request_review_rejected', 'pull_request_review_comment', 'pull_request_sync'],
  ...['wiki', 'repository', 'release', 'package', 'pull_request_review_request'],
]

/** The secret is never given back. */
export function hookShape(hook: Hook): Shape {
  return {
    id: hook.id,
    type: hook.type,
    config: { content_type: hook.contentType, url: hook.url },
    events: hook.events ?? eventTypes,
    branch_filter: hook.branchFilter,
    authorization_header: hook.authorizationHeader,
    active: hook.isActive,
    updated_at: '2024-01-01T00:00:00Z',
    created_at: '2024-01-01T00:00:00Z',
  }
}
