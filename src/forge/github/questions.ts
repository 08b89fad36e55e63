// What kyozo asks GitHub about a repository. https://docs.github.com/rest
import { z } from 'zod'
import type { ForgeBranch, ForgeQuestions, RepositoryName } from '../client.ts'
import { branchField, presentShaField } from '../payload.ts'
import { mayWrite } from './collaborators.ts'
import { readList } from './pages.ts'
import { findPullRequest, listPullRequests, openPullRequest } from './pull-requests.ts'
import { currentRepository, findRepository, type Parts } from './repositories.ts'
import type { TokenNeed } from './tokens.ts'
import { ensureWebhook } from './webhooks.ts'

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

const branchesSchema = z.array(z.object({ name: branchField, commit: z.object({ sha: presentShaField }) }))

/** https://docs.github.com/rest/branches/branches#list-branches */
async function listBranches(parts: Parts, repository: RepositoryName): Promise<readonly ForgeBranch[]> {
  const as: TokenNeed = { repository, permissions: { contents: 'read' } }
  const purpose = `list the branches of ${repository.fullName}`
  const { fullName } = await currentRepository(parts, { as, purpose })
  const branches = await readList(parts.reader, { path: `/repos/${fullName}/branches?per_page=100`, as, schema: branchesSchema, purpose })
  return branches.map(({ name, commit }) => ({ ref: `refs/heads/${name}`, sha: commit.sha }))
}
