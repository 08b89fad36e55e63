// How GitHub describes what it has, in answers and in payloads alike: laid over an example, which has everything that nobody here looks at.
import type { Account, Repository, StoredComment, StoredPull } from './state.ts'
import { isoTime, type World } from './world.ts'

export type Json = Record<string, unknown>

export function accountPart({ webUrl, apiUrl, openApi }: Pick<World, 'webUrl' | 'apiUrl' | 'openApi'>, { id, login, type }: Account): Json {
  const { name: _name, ...example } = openApi.example('public-user-default-response')
  const plain = Object.fromEntries(Object.entries(example).slice(0, 18))
  const name = encodeURIComponent(login)
  return { ...plain, id, login, type, url: `${apiUrl}/users/${name}`, html_url: `${webUrl}/${name}` }
}

export function repositoryPart({ id, fullName, isPrivate, defaultBranch, parent }: Repository): Json {
  return {
    id,
    full_name: fullName,
    name: fullName.split('/')[1],
    private: isPrivate,
    visibility: isPrivate ? 'private' : 'public',
    default_branch: defaultBranch,
    fork: parent !== undefined,
    has_discussions: false,
    topics: [],
    // On purpose not where the double serves Git: whoever follows a payload's address ends nowhere.
    clone_url: `https://payload.invalid/${fullName}.git`,
  }
}

/** Laid over an example of a pull request, which has a head and a base with their repositories. */
export function pullPart(world: World, { pull, repository, example }: { pull: StoredPull; repository: Repository; example: Json }): Json {
  const { apiUrl, webUrl } = world
  const at = `${apiUrl}/repos/${repository.fullName}`
  const page = `${webUrl}/${repository.fullName}/pull/${pull.number}`
  const { head, base } = example as { head: Json; base: Json }
  const exampleRepository = { ...(base.repo as Json), topics: [], visibility: 'public', has_discussions: false }
  const side = (one: Json, { of, branch, sha }: { of: Repository | undefined; branch: string; sha: string }) => {
    const owner = world.accounts.named((of ?? repository).fullName.split('/')[0]!)
    const repo = of === undefined ? null : { ...exampleRepository, owner: accountPart(world, owner), ...repositoryPart(of) }
    return { ...one, ref: branch, sha, label: `${owner.login}:${branch}`, user: accountPart(world, owner), repo }
  }
  return {
    id: pull.id,
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    draft: pull.isDraft,
    locked: repository.lockedPulls.has(pull.number),
    merged_at: timeOrNull(pull.mergedAtMs),
    merge_commit_sha: pull.mergeSha,
    created_at: isoTime(pull.createdAtMs),
    updated_at: isoTime(pull.updatedAtMs),
    closed_at: timeOrNull(pull.closedAtMs),
    user: accountPart(world, pull.author),
    labels: pull.labels.map((name, index) => labelPart(world, { repository, name, index })),
    auto_merge: null,
    requested_reviewers: [],
    requested_teams: [],
    url: `${at}/pulls/${pull.number}`,
    html_url: page,
    issue_url: `${at}/issues/${pull.number}`,
    comments_url: `${at}/issues/${pull.number}/comments`,
    statuses_url: `${at}/statuses/${pull.headSha}`,
    head: side(head, { of: pull.headRepository, branch: pull.headBranch, sha: pull.headSha }),
    base: side(base, { of: repository, branch: pull.baseBranch, sha: pull.baseSha }),
  }
}

interface Label {
  readonly repository: Repository
  readonly name: string
  readonly index: number
}

export function labelPart({ apiUrl }: World, { repository, name, index }: Label): Json {
  const url = `${apiUrl}/repos/${repository.fullName}/labels/${encodeURIComponent(name)}`
  return { id: repository.id * 1_000 + index, node_id: 'MDU6TGFiZWw=', url, name, color: 'ededed', default: false, description: '' }
}

export function commentPart(world: World, { comment, repository }: { comment: StoredComment; repository: Repository }): Json {
  const { apiUrl, webUrl } = world
  const { author } = comment
  const at = `${apiUrl}/repos/${repository.fullName}/issues`
  return {
    id: comment.id,
    url: `${at}/comments/${comment.id}`,
    html_url: `${webUrl}/${repository.fullName}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${at}/${comment.number}`,
    body: comment.body,
    user: accountPart(world, author),
    created_at: isoTime(comment.createdAtMs),
    updated_at: isoTime(comment.updatedAtMs),
    author_association: 'NONE',
    performed_via_github_app: author.appId === undefined ? null : appPart(world, author.appId),
    reactions: reactionCounts(comment, `${at}/comments/${comment.id}/reactions`),
  }
}

/** An app beside what it made. */
export function appPart({ openApi, access, webUrl }: World, appId: string): Json {
  const app = access.appWithId(appId)!
  const known = { id: Number(appId), slug: app.slug, name: app.slug, client_id: `Iv23.${appId}`, html_url: `${webUrl}/apps/${app.slug}` }
  return { ...openApi.example('integration'), ...known, permissions: app.permissions, events: app.events }
}

const reactionNames = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes']

function reactionCounts({ reactions }: StoredComment, url: string): Json {
  const counts = reactionNames.map((name) => [name, reactions.filter(({ content }) => content === name).length])
  return { url, total_count: reactions.length, ...Object.fromEntries(counts) }
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}
