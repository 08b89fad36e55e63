// What happens to merge requests, whoever does it, and what webhooks are told of it.
import type { World } from './operations.ts'
import { isDraftTitle, labelPart, type MergeChange, mergeRequestPayload, pushPayload } from './payloads.ts'
import type { MergeRequest, Project, StoredDelivery, User } from './state.ts'
import { tellHooks } from './webhooks.ts'

export interface Opening {
  readonly project: Project
  /** Where the head lives: the project itself, or a fork of it. */
  readonly source: Project
  readonly sourceBranch: string
  readonly targetBranch: string
  readonly title: string
  readonly description: string
  readonly author: User
}

export async function openMergeRequest(world: World, { project, source, ...opening }: Opening) {
  const iid = project.mergeRequests.length + 1
  const at = world.now()
  const fresh = { state: 'opened', mergeCommitSha: null, labels: [], notes: [], createdAtMs: at, updatedAtMs: at } as const
  // Ids are unique on the whole host.
  const merge: MergeRequest = { id: world.nextId(), iid, source, sha: null, ...opening, ...fresh, labels: [], notes: [] }
  project.mergeRequests.push(merge)
  merge.sha = await takeHead(project, merge)
  return { merge, deliveries: await tell(world, project, merge, { user: opening.author, action: 'open' }) }
}

async function takeHead(project: Project, merge: MergeRequest): Promise<string> {
  return project.git.take(merge.source!.git, merge.sourceBranch, headRef(merge))
}

export function headRef({ iid }: MergeRequest): string {
  return `refs/merge-requests/${iid}/head`
}

export interface Change {
  readonly user: User
  readonly title?: string
  readonly description?: string
  readonly targetBranch?: string
  readonly labels?: readonly string[]
  readonly state?: 'closed' | 'opened'
}

/** One change of a merge request, and one delivery of it, whatever it consists of. */
export async function changeMergeRequest(world: World, project: Project, merge: MergeRequest, change: Change): Promise<StoredDelivery[]> {
  const before = { ...merge }
  const { user, ...fields } = change
  Object.assign(merge, fields, { updatedAtMs: Math.max(world.now(), merge.updatedAtMs + 1) })
  const action = change.state === undefined ? 'update' : change.state === 'closed' ? 'close' : 'reopen'
  return tell(world, project, merge, { user, action, changes: differences(before, merge) })
}

function differences(before: MergeRequest, after: MergeRequest): Record<string, unknown> {
  const pairs = {
    title: [before.title, after.title],
    description: [before.description, after.description],
    target_branch: [before.targetBranch, after.targetBranch],
    draft: [isDraftTitle(before.title), isDraftTitle(after.title)],
    labels: [before.labels.map(labelPart), after.labels.map(labelPart)],
  }
  const changed = Object.entries(pairs).filter(([, [previous, current]]) => JSON.stringify(previous) !== JSON.stringify(current))
  return Object.fromEntries(changed.map(([field, [previous, current]]) => [field, { previous, current }]))
}

/** A branch has moved: so have the merge requests whose head it is, in this project and in those that it is a fork of. */
export async function followBranch(world: World, source: Project, branch: string, user: User): Promise<StoredDelivery[]> {
  const deliveries: StoredDelivery[] = []
  for (const project of world.projects) {
    for (const merge of project.mergeRequests) {
      if (merge.source !== source || merge.sourceBranch !== branch || merge.state !== 'opened') continue
      if ((await source.git.tip(`refs/heads/${branch}`)) === undefined) continue
      const oldrev = merge.sha
      merge.sha = await takeHead(project, merge)
      if (oldrev === merge.sha) continue
      merge.updatedAtMs = Math.max(world.now(), merge.updatedAtMs + 1)
      deliveries.push(...(await tell(world, project, merge, { user, action: 'update', ...(oldrev === null ? {} : { oldrev }) })))
    }
  }
  return deliveries
}

/** Makes a real merge commit, which is a push to the target branch too. */
export async function mergeNow(world: World, project: Project, merge: MergeRequest, user: User) {
  const ref = `refs/heads/${merge.targetBranch}`
  const before = (await project.git.tip(ref)) ?? null
  const after = await project.git.merge(merge.targetBranch, merge.sha!, `Merge branch '${merge.sourceBranch}' into '${merge.targetBranch}'`)
  Object.assign(merge, { state: 'merged', mergeCommitSha: after, updatedAtMs: Math.max(world.now(), merge.updatedAtMs + 1) })
  const pushed = await tellHooks(project, 'push_events', pushPayload(project, { ref, before, after, user }), world.now())
  return { sha: after, deliveries: [...pushed, ...(await tell(world, project, merge, { user, action: 'merge' }))] }
}

function tell(world: World, project: Project, merge: MergeRequest, change: MergeChange): Promise<StoredDelivery[]> {
  return tellHooks(project, 'merge_requests_events', mergeRequestPayload(project, merge, change), world.now())
}
