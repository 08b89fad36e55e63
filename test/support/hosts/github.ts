// GitHub's double as one of several hosts.
import { type GitHubDouble, type GitHubPullRequest, type GitHubRepository, startGitHub } from '../github/github.ts'
import { type HostComment, type HostDouble, type HostPullRequest, type HostRepository, leadAway, owner, webhookUrl } from './host.ts'

const webhookSecret = 'known-to-github-and-kyozo-only'

export async function startGitHubHost(): Promise<HostDouble> {
  const github = await startGitHub()
  return {
    name: 'github',
    environment: {
      KYOZO_GITHUB_API_URL: github.apiUrl,
      KYOZO_GITHUB_TOKEN: github.createToken(),
      KYOZO_GITHUB_WEBHOOK_SECRET: webhookSecret,
    },
    connection: { apiUrl: github.apiUrl, webhookSecret },
    createReadingToken: () => github.createToken({ permissions: { metadata: 'read', contents: 'read', pull_requests: 'read' } }),
    async createRepository(name) {
      return repositoryOf(github, await github.createRepository({ fullName: `${owner}/${name}`, isPrivate: true }))
    },
    problems: github.problems,
    close: github.close,
  }
}

function repositoryOf(github: GitHubDouble, repository: GitHubRepository): HostRepository {
  return {
    addHook: (kyozoUrl, connection) => void repository.addHook({ url: webhookUrl(kyozoUrl, 'github', connection), secret: webhookSecret }),
    cutOff: () => leadAway(github.hooksOf(repository.id)),
    push: async (files) => (await repository.push({ change: { files } })).sha,
    allow: (login) => repository.allow(login, 'write'),
    async openPullRequest({ branch, files, forkOf: author = owner }) {
      const from = author === owner ? repository : await repository.fork({ owner: author })
      await from.push({ branch, change: { files }, parent: (await from.tip('main'))! })
      return pullRequestOf(await repository.openPullRequest({ branch, from, author }))
    },
    pullRequests: () => repository.pullRequests().map(pullRequestOf),
    tip: async () => (await repository.tip('main'))!,
    fileAt: repository.fileAt,
    commitAt: repository.commitAt,
    protect: () => repository.protect('main'),
    requireSignatures: () => repository.requireSignatures('main'),
    shown: (sha) =>
      Object.fromEntries(
        Object.entries(repository.shown(sha)).map(([context, { state, description }]) => [
          context,
          { state: state === 'error' ? 'failure' : state, description: description ?? '' },
        ]),
      ),
    deployed(environment) {
      const statuses = repository.deployments().flatMap((one) => (one.environment === environment ? one.statuses : []))
      const address = statuses.findLast(({ environmentUrl }) => environmentUrl !== '')?.environmentUrl
      return address === undefined ? undefined : { address, isOver: statuses.at(-1)?.state === 'inactive' }
    },
  }
}

function pullRequestOf(pull: GitHubPullRequest): HostPullRequest {
  return {
    number: pull.number,
    get headSha() {
      return pull.headSha
    },
    headBranch: pull.headBranch,
    title: pull.title,
    get isOpen() {
      return pull.state === 'open'
    },
    answers: pull.opened.map(({ answer }) => answer),
    push: async (files) => (await pull.push({ change: { files } })).sha,
    merge: async () => (await pull.merge()).sha,
    close: async () => void (await pull.close()),
    reopen: async () => void (await pull.reopen()),
    async comment(text, by): Promise<HostComment> {
      const { comment } = await pull.comment(text, { by })
      return { signs: () => comment.reactions.flatMap(({ content }) => signs[content] ?? []) }
    },
    comments: () => pull.comments().map(({ author, body }) => ({ by: author.login, text: body })),
  }
}

const signs: Readonly<Record<string, 'heard' | 'done' | 'refused'>> = { eyes: 'heard', '+1': 'done', '-1': 'refused' }
