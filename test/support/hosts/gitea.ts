// Gitea's double as one of several hosts.
import { type GiteaPullRequest, type GiteaRepository, startGitea } from '../gitea/gitea.ts'
import {
  type HostComment,
  type HostDouble,
  type HostPullRequest,
  type HostRepository,
  leadAway,
  owner,
  readingMethods,
  webhookUrl,
} from './host.ts'

const webhookSecret = 'known-to-gitea-and-kyozo-only'

export async function startGiteaHost(): Promise<HostDouble> {
  const gitea = await startGitea()
  return {
    name: 'gitea',
    // The address of the site, as a person has it.
    environment: {
      KYOZO_GITEA_API_URL: gitea.webUrl,
      KYOZO_GITEA_TOKEN: gitea.createToken(),
      KYOZO_GITEA_WEBHOOK_SECRET: webhookSecret,
    },
    connection: { apiUrl: gitea.webUrl, webhookSecret },
    createReadingToken: () => gitea.createToken({ scopes: ['read:repository', 'read:issue', 'read:user'] }),
    async createRepository(name) {
      return repositoryOf(await gitea.createRepository({ fullName: `${owner}/${name}`, isPrivate: true }))
    },
    problems: gitea.problems,
    async close() {
      await gitea.idle()
      await gitea.close()
    },
  }
}

/** What docs/hosts/gitea.md tells a person to tick. */
const events = ['push', 'delete', 'pull_request', 'pull_request_sync', 'pull_request_label', 'pull_request_comment']

function repositoryOf(repository: GiteaRepository): HostRepository {
  return {
    addHook: (kyozoUrl, connection) =>
      void repository.addHook({ url: webhookUrl(kyozoUrl, 'gitea', connection), secret: webhookSecret, events }),
    cutOff: () => leadAway(repository.stored.hooks),
    push: async (files) => (await repository.push({ change: { files } })).sha,
    allow: (login) => repository.setAccess(login, 'write'),
    async openPullRequest({ branch, files, forkOf: by = owner }) {
      if (by === owner) return pullRequestOf(repository, await repository.openPullRequest({ branch, change: { files }, by }))
      const from = await repository.fork(by)
      await from.push({ branch, change: { files }, parent: (await from.tip('main'))! })
      return pullRequestOf(repository, await repository.openPullRequest({ branch, from, by }))
    },
    pullRequests: () => repository.pullRequests().map((pull) => pullRequestOf(repository, pull)),
    ...readingMethods(repository.stored.git),
    protect: () => repository.protect('main'),
    requireSignatures: () => repository.protect('main', 'signed'),
    shown: (sha) =>
      Object.fromEntries(
        Object.entries(repository.shown(sha)).map(([context, { state, description }]) => [
          context,
          { state: state === 'pending' || state === 'success' ? state : 'failure', description },
        ]),
      ),
    deployed: () => undefined,
  }
}

function pullRequestOf({ stored }: GiteaRepository, pull: GiteaPullRequest): HostPullRequest {
  return {
    number: pull.number,
    get headSha() {
      return pull.headSha
    },
    headBranch: pull.stored.headBranch,
    title: pull.stored.title,
    get isOpen() {
      return pull.stored.state === 'open'
    },
    answers: pull.deliveries.map(({ answer }) => answer),
    push: async (files) => (await pull.push({ files })).sha,
    merge: async () => (await pull.merge()).sha,
    close: async () => void (await pull.close()),
    reopen: async () => void (await pull.reopen()),
    async comment(text, by): Promise<HostComment> {
      const made = await pull.comment(text, by)
      const comment = stored.comments.find(({ id }) => id === made.id)!
      return { signs: () => comment.reactions.flatMap(({ content }) => signs[content] ?? []) }
    },
    comments: () => pull.comments().map(({ author, body }) => ({ by: author.login, text: body })),
  }
}

const signs: Readonly<Record<string, 'heard' | 'done' | 'refused'>> = { eyes: 'heard', '+1': 'done', '-1': 'refused' }
