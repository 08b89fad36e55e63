// GitLab's double as one of several hosts.
import { randomBytes } from 'node:crypto'
import { type GitLabDouble, startGitLab } from '../gitlab/gitlab.ts'
import type { GitLabRepository, OpenPullRequest } from '../gitlab/repository.ts'
import type { User } from '../gitlab/state.ts'
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

/** As GitLab gives one. */
const signingToken = `whsec_${randomBytes(32).toString('base64')}`

type People = (login: string) => User

export async function startGitLabHost(): Promise<HostDouble> {
  const gitlab = await startGitLab()
  const known = new Map<string, User>()
  const people: People = (login) => {
    const user = known.get(login) ?? gitlab.createUser(login)
    known.set(login, user)
    return user
  }
  return {
    name: 'gitlab',
    environment: {
      KYOZO_GITLAB_API_URL: gitlab.webUrl,
      KYOZO_GITLAB_TOKEN: gitlab.createToken(),
      KYOZO_GITLAB_WEBHOOK_SECRET: signingToken,
    },
    connection: { apiUrl: gitlab.webUrl, webhookSecret: signingToken },
    createReadingToken: () => gitlab.createToken({ scopes: ['read_api', 'read_repository'] }),
    async createRepository(name) {
      const repository = await gitlab.createRepository({ fullName: `acme/team/${name}`, isPrivate: true })
      return repositoryOf(repository, { gitlab, people })
    },
    problems: gitlab.problems,
    close: gitlab.close,
  }
}

interface Place {
  readonly gitlab: GitLabDouble
  readonly people: People
}

const developer = 30

function repositoryOf(repository: GitLabRepository, { gitlab, people }: Place): HostRepository {
  return {
    addHook: (kyozoUrl, connection) => void repository.addHook({ url: webhookUrl(kyozoUrl, 'gitlab', connection), signingToken }),
    cutOff() {
      const leadBack = leadAway(repository.hooks())
      return () => {
        leadBack()
        // GitLab puts off what failed again and again, until somebody tries it out with success.
        for (const hook of repository.hooks()) Object.assign(hook, { failures: 0, disabledUntilMs: null })
      }
    },
    push: async (files) => (await repository.push({ change: { files } })).sha,
    allow: (login) => repository.addMember(people(login), developer),
    async openPullRequest({ branch, files, forkOf: author = owner }) {
      const from = author === owner ? {} : { fork: await forkBy(author) }
      return pullRequestOf(await repository.openPullRequest({ branch, change: { files }, author: people(author), ...from }), people)
    },
    pullRequests: () => repository.pullRequests().map((pull) => pullRequestOf(pull, people)),
    ...readingMethods(repository.project.git),
    protect: () => repository.protect('main'),
    requireSignatures: () => repository.requireSignatures(),
    shown: (sha) =>
      Object.fromEntries(
        Object.entries(repository.shown(sha)).map(([context, { state, description }]) => [
          context,
          { state: states[state], description: description ?? '' },
        ]),
      ),
    deployed(environment) {
      const found = repository.environments().find(({ name }) => name === environment)
      return found === undefined ? undefined : { address: found.externalUrl ?? '', isOver: found.state === 'stopped' }
    },
  }

  function forkBy(login: string): Promise<GitLabRepository> {
    return gitlab.createRepository({ fullName: `${login}/${repository.fullName.split('/').at(-1)}`, isPrivate: true })
  }
}

const states = {
  created: 'pending',
  pending: 'pending',
  running: 'pending',
  success: 'success',
  failed: 'failure',
  canceled: 'failure',
  skipped: 'failure',
} as const

function pullRequestOf(pull: OpenPullRequest, people: People): HostPullRequest {
  return {
    number: pull.number,
    get headSha() {
      return pull.state.sha!
    },
    headBranch: pull.state.sourceBranch,
    title: pull.state.title,
    get isOpen() {
      return pull.state.state === 'opened'
    },
    answers: pull.deliveries.map(({ answer }) => answer),
    push: async (files) => (await pull.push({ files })).sha,
    merge: async () => (await pull.merge()).sha,
    close: async () => void (await pull.close()),
    reopen: async () => void (await pull.reopen()),
    async comment(text, by): Promise<HostComment> {
      const { note } = await pull.comment(text, people(by))
      return { signs: () => note.awards.flatMap(({ name }) => signs[name] ?? []) }
    },
    comments: () => pull.comments().map(({ author, body }) => ({ by: author.username, text: body })),
  }
}

const signs: Readonly<Record<string, 'heard' | 'done' | 'refused'>> = { eyes: 'heard', white_check_mark: 'done', no_entry_sign: 'refused' }
