// Projects, their branches and their members, as GitLab's API tells of them.
import { type Answer, failure, type ProjectCall, pageOf, userPart, type World } from './operations.ts'
import type { User } from './state.ts'

export function getUser(world: World, user: User): Answer {
  return { status: 200, body: userPart(world, user) }
}

export async function getProject({ webUrl }: World, { project, caller }: ProjectCall): Promise<Answer> {
  const { id, path, isPrivate, defaultBranch, git } = project
  const hasCommits = (await git.refs('refs/heads/')).size > 0
  const body = {
    id,
    name: path.split('/').at(-1),
    path: path.split('/').at(-1),
    path_with_namespace: path,
    default_branch: hasCommits ? defaultBranch : null,
    web_url: `${webUrl}/${path}`,
    http_url_to_repo: `${webUrl}/${path}.git`,
    // Nobody in particular is not told.
    ...(caller.kind === 'token' ? { visibility: isPrivate ? 'private' : 'public' } : {}),
  }
  return { status: 200, body }
}

export async function listBranches(world: World, call: ProjectCall): Promise<Answer> {
  const { git, path, defaultBranch } = call.project
  const branches = [...(await git.refs('refs/heads/'))].map(([ref, sha]) => {
    const name = ref.slice('refs/heads/'.length)
    return {
      name,
      merged: false,
      protected: false,
      default: name === defaultBranch,
      can_push: true,
      web_url: `${world.webUrl}/${path}/-/tree/${name}`,
      commit: { id: sha, short_id: sha.slice(0, 8), title: 'Change things' },
    }
  })
  return pageOf(world, call, branches)
}

export function getMember({ access }: World, { project, operation }: ProjectCall): Answer {
  const id = Number(operation.params.user_id)
  const level = project.members.get(id)
  const user = access.userOf(id)
  if (level === undefined || user === undefined) return failure(404, '404 Not found')
  const { username, state } = user
  return { status: 200, body: { id, username, name: username, state, access_level: level, membership_state: 'active', expires_at: null } }
}
