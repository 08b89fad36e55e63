// Merge requests as GitLab's API tells of them, and what may be done to one by it.
import { changeMergeRequest, openMergeRequest } from './merging.ts'
import { type Answer, failure, type ProjectCall, pageOf, timePart, userPart, type World } from './operations.ts'
import { isDraftTitle } from './payloads.ts'
import type { MergeRequest, Project } from './state.ts'

export function mergeRequestOf({ project, operation }: ProjectCall): MergeRequest | undefined {
  return project.mergeRequests.find(({ iid }) => String(iid) === operation.params.merge_request_iid)
}

export function getMergeRequest(world: World, call: ProjectCall): Answer {
  const merge = mergeRequestOf(call)
  return merge === undefined ? failure(404, '404 Not found') : { status: 200, body: mergePart(world, call.project, merge) }
}

export function listMergeRequests(world: World, call: ProjectCall): Answer {
  const { project, query } = call
  const [state, source, target] = ['state', 'source_branch', 'target_branch'].map((name) => query.get(name))
  const found = project.mergeRequests
    .filter((merge) => (state === null || state === 'all' || merge.state === state) && (source === null || merge.sourceBranch === source))
    .filter((merge) => target === null || merge.targetBranch === target)
    .toSorted((a, b) => (query.get('order_by') === 'updated_at' ? b.updatedAtMs - a.updatedAtMs : b.createdAtMs - a.createdAtMs))
  return pageOf(
    world,
    call,
    found.map((merge) => mergePart(world, project, merge)),
  )
}

export async function mergeRequestsOfCommit(world: World, call: ProjectCall): Promise<Answer> {
  const { project, operation } = call
  const sha = String(operation.params.sha)
  if (!(await project.git.hasCommit(sha))) return failure(404, '404 Commit Not Found')
  const found: MergeRequest[] = []
  for (const merge of project.mergeRequests) if (merge.sha !== null && (await project.git.contains(merge.sha, sha))) found.push(merge)
  return pageOf(
    world,
    call,
    found.map((merge) => mergePart(world, project, merge)),
  )
}

export async function createMergeRequest(world: World, { project, user, body }: ProjectCall): Promise<Answer> {
  const [title, source, target] = [body.title, body.source_branch, body.target_branch].map(String) as [string, string, string]
  const same = project.mergeRequests.find(
    (merge) => merge.state === 'opened' && merge.source === project && merge.sourceBranch === source && merge.targetBranch === target,
  )
  if (same !== undefined) return failure(409, [`Another open merge request already exists for this source branch: !${same.iid}`])
  const missing = await missingBranch(project, { source, target })
  if (missing !== undefined) return failure(400, missing)
  const opening = { title, description: String(body.description ?? ''), author: user, sourceBranch: source, targetBranch: target }
  const { merge } = await openMergeRequest(world, { project, source: project, ...opening })
  return { status: 201, body: mergePart(world, project, merge) }
}

async function missingBranch({ git }: Project, branches: Readonly<Record<'source' | 'target', string>>) {
  for (const [which, branch] of Object.entries(branches))
    if ((await git.tip(`refs/heads/${branch}`)) === undefined) return { [`${which}_branch`]: ['does not exist'] }
  return undefined
}

export async function editMergeRequest(world: World, call: ProjectCall): Promise<Answer> {
  const merge = mergeRequestOf(call)
  if (merge === undefined) return failure(404, '404 Not found')
  const { project, user, body } = call
  if (Object.keys(body).length === 0)
    return { status: 400, body: { error: 'title, target_branch are missing, at least one parameter must be provided' } }
  const { title, description, target_branch, state_event } = body as Readonly<Record<string, string | undefined>>
  await changeMergeRequest(world, project, merge, {
    user,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(target_branch === undefined ? {} : { targetBranch: target_branch }),
    ...(state_event === undefined ? {} : { state: state_event === 'close' ? 'closed' : 'opened' }),
  })
  return { status: 200, body: mergePart(world, project, merge) }
}

function mergePart(world: World, project: Project, merge: MergeRequest) {
  return {
    id: merge.id,
    iid: merge.iid,
    project_id: project.id,
    title: merge.title,
    description: merge.description,
    state: merge.state,
    created_at: timePart(merge.createdAtMs),
    updated_at: timePart(merge.updatedAtMs),
    target_branch: merge.targetBranch,
    source_branch: merge.sourceBranch,
    author: userPart(world, merge.author),
    source_project_id: merge.source?.id ?? null,
    target_project_id: project.id,
    labels: merge.labels,
    draft: isDraftTitle(merge.title),
    sha: merge.sha,
    merge_commit_sha: merge.mergeCommitSha,
    web_url: `${world.webUrl}/${project.path}/-/merge_requests/${merge.iid}`,
  }
}
