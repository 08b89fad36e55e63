// What kyozo asks Gitea about a repository.
import { z } from 'zod'
import type { ForgeBranch, ForgeQuestions, RepositoryName } from '../client.ts'
import { branchField, presentShaField } from '../payload.ts'
import { mayWrite } from './collaborators.ts'
import { findPullRequest, listPullRequests, openPullRequest } from './pull-requests.ts'
import { findRepository, type Parts } from './repositories.ts'
import { ensureWebhook } from './webhooks.ts'

export function createQuestions(parts: Parts & { readonly now: () => number }): ForgeQuestions {
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

const branchSchema = z.object({ name: branchField, commit: z.object({ id: presentShaField }) })

async function listBranches({ reader }: Parts, repository: RepositoryName): Promise<readonly ForgeBranch[]> {
  const purpose = `list the branches of ${repository.fullName}`
  const found = await reader.list({ repository, path: '/branches', schema: branchSchema, purpose })
  return found.map(({ name, commit }) => ({ ref: `refs/heads/${name}`, sha: commit.id }))
}
