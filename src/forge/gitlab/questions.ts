// What kyozo asks GitLab about a project. https://docs.gitlab.com/api/rest/
import { z } from 'zod'
import type { ForgeBranch, ForgeQuestions, RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { branchField, idField, presentShaField } from '../payload.ts'
import type { ForgeUser } from '../pull-requests.ts'
import { projectPath } from './api.ts'
import { findPullRequest, listPullRequests, openPullRequest } from './pull-requests.ts'
import type { Reader } from './reader.ts'
import { findRepository } from './repositories.ts'
import { ensureWebhook } from './webhooks.ts'

interface Parts {
  readonly reader: Reader
  readonly connection: ForgeConnection
}

export function createQuestions(parts: Parts): ForgeQuestions {
  return {
    findRepository: (repository) => findRepository(parts, repository),
    listBranches: (repository) => listBranches(parts, repository),
    findPullRequest: (repository, number) => findPullRequest(parts, repository, number),
    listPullRequests: (repository) => listPullRequests(parts, repository),
    mayWrite: (repository, user) => mayWrite(parts, repository, user),
    openPullRequest: (repository, request) => openPullRequest(parts, repository, request),
    ensureWebhook: (repository, webhook) => ensureWebhook(parts, repository, webhook),
  }
}

const branchesSchema = z.array(z.object({ name: branchField, commit: z.object({ id: presentShaField }) }))

async function listBranches({ reader }: Parts, repository: RepositoryName): Promise<readonly ForgeBranch[]> {
  const found = await reader.list({
    path: `${projectPath(repository)}/repository/branches?per_page=100`,
    schema: branchesSchema,
    purpose: `list the branches of ${repository.fullName}`,
  })
  return found.map(({ name, commit }) => ({ ref: `refs/heads/${name}`, sha: commit.id }))
}

/** The least role that may push: 30 is Developer. */
const developer = 30

const memberSchema = z.object({
  id: idField,
  state: z.string(),
  access_level: z.int(),
  // Somebody whom the group has no seat for yet is `awaiting`.
  membership_state: z.string().optional(),
})

/** Members of the project and of the groups around it, at this moment. GitLab knows nobody else who may push, but for administrators, who are none. */
async function mayWrite({ reader }: Parts, repository: RepositoryName, user: ForgeUser): Promise<boolean> {
  const { value } = await reader.get({
    path: `${projectPath(repository)}/members/all/${encodeURIComponent(user.id)}`,
    schema: memberSchema,
    purpose: `ask what ${user.login} may do in ${repository.fullName}`,
  })
  if (value === undefined || value.id !== user.id) return false
  return value.state === 'active' && (value.membership_state ?? 'active') === 'active' && value.access_level >= developer
}
