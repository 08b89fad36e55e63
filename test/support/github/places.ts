// A repository, its branches and who may do what in it, as GitHub's API tells of them.
import type { OperationCall, RepositoryCall } from './calls.ts'
import { accountPart, repositoryPart } from './parts.ts'
import type { Account } from './state.ts'
import { type Answer, failure, pageOf, type World } from './world.ts'

export function getRepository(world: World, { repository }: RepositoryCall): Answer {
  const owner = world.accounts.named(repository.fullName.split('/')[0]!)
  const { clone_url: _, ...part } = repositoryPart(repository)
  const example = world.openApi.example('full-repository')
  return { status: 200, body: { ...example, ...part, owner: accountPart(world, owner) } }
}

export async function listBranches(world: World, call: RepositoryCall): Promise<Answer> {
  const { repository } = call
  const branches = [...(await repository.git.branches())].map(([ref, sha]) => {
    const name = ref.slice('refs/heads/'.length)
    const url = `${world.apiUrl}/repos/${repository.fullName}/commits/${sha}`
    return { name, commit: { sha, url }, protected: repository.protectedBranches.has(name) }
  })
  return pageOf(world, call, branches)
}

export async function getRef({ openApi, apiUrl }: World, { repository, operation }: RepositoryCall): Promise<Answer> {
  const ref = `refs/${operation.params.ref}`
  const sha = await repository.git.tip(ref)
  if (sha === undefined) return failure(404, 'Not Found')
  const at = `${apiUrl}/repos/${repository.fullName}/git`
  return {
    status: 200,
    body: { ...openApi.example('git-ref'), ref, url: `${at}/${ref}`, object: { type: 'commit', sha, url: `${at}/commits/${sha}` } },
  }
}

/** Whoever may push may ask. What is public everybody may read. */
export function getPermission(world: World, { repository, operation }: RepositoryCall): Answer {
  const account = world.accounts.withLogin(String(operation.params.username))
  if (account === undefined) return failure(404, 'Not Found')
  const known = repository.collaborators.find((one) => one.account === account)
  const owns = repository.fullName.split('/')[0]?.toLowerCase() === account.login.toLowerCase()
  const anybodys = owns ? 'admin' : repository.isPrivate ? 'none' : 'read'
  const permission = known?.permission ?? anybodys
  const roleName = known?.roleName ?? anybodys
  return { status: 200, body: { permission, role_name: roleName, user: { ...accountPart(world, account), role_name: roleName } } }
}

export function getUser(world: World, { caller }: OperationCall): Answer {
  if (caller.kind !== 'token') return failure(401, 'Requires authentication')
  const { account } = caller.grant
  if (account.type === 'Bot') return failure(403, 'Resource not accessible by integration')
  return { status: 200, body: userOf(world, account) }
}

export function getUserById(world: World, { operation }: OperationCall): Answer {
  const account = world.accounts.withId(Number(operation.params.account_id))
  return account === undefined ? failure(404, 'Not Found') : { status: 200, body: userOf(world, account) }
}

function userOf(world: World, account: Account): unknown {
  return { ...world.openApi.example('public-user-default-response'), ...accountPart(world, account) }
}
