// What the tests of previews share: a shop at GitHub that runs, pull requests of it, and ways to wait for what becomes of their previews.
import { busyboxService } from '../support/busybox-service.ts'
import type { GitHubDouble } from '../support/github/github.ts'
import type { GitHubPullRequest } from '../support/github/pull-requests.ts'
import type { StoredDelivery } from '../support/github/state.ts'
import { containersOf } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Connected, connect, type Parts, untilLive } from './connected.ts'
import { docker } from './mending.ts'

type Files = Readonly<Record<string, string | null>>

export interface Shown {
  readonly state: string
  readonly description: string | null
}

export interface Answered {
  readonly decision: string
  readonly reason: string
}

export interface Shop extends Connected {
  /** Makes a branch of files that differ from another one; its commit. Default is from main. */
  branch(name: string, files: Files, from?: string): Promise<string>
  /** A pull request that makes the service two another version. */
  pull(version: string): Promise<GitHubPullRequest>
  /** What GitHub shows of the preview once it is no longer pending. */
  previewVerdict(sha: string): Promise<Shown>
  /** Waits for the words beside a commit, whatever stood there before. */
  untilShown(sha: string, words: string | RegExp): Promise<Shown>
  /** Waits until the comment says this; the whole of it. */
  untilSaid(pull: GitHubPullRequest, words: string): Promise<string>
  /** Waits until a service of a preview answers this. */
  untilAnswers(service: string, number: number, text: string): Promise<void>
  /** What a service of a preview answers. */
  askPreview(service: string, number: number): Promise<string>
  containersOfPreview(number: number): ReturnType<typeof containersOf>
  /** Until nothing of it is on the engine: no container, no network, no volume. */
  untilGone(number: number): Promise<void>
  /** Nobody hears what happens meanwhile; afterwards it can be sent. */
  unheard<T>(change: () => Promise<T>): Promise<T>
  /** Sends deliveries that nobody heard, one after the other; what was answered. */
  send(deliveries: readonly StoredDelivery[]): Promise<readonly Answered[]>
}

export interface ShopParts extends Parts {
  /** What its kyozo.yaml says besides. Default is nothing. */
  readonly rules?: string
  /** Of its first commit, besides its services. */
  readonly files?: Files
}

/** A kyozo.yaml. Nothing is written back, since that would be one more pull request. */
export function withRules(rules: string): Record<string, string> {
  return { 'kyozo.yaml': `commit_back: off\n${rules}\n` }
}

/** With the services one and two, which are live in their first version. */
export async function shopOf(name: string, { rules = '', files = {}, ...parts }: ShopParts): Promise<Shop> {
  const shop = await previewsOf(name, parts)
  const { sha } = await shop.push({ ...busyboxService('one', '1'), ...busyboxService('two', '1'), ...withRules(rules), ...files })
  await untilLive(parts.kyozo, sha)
  return shop
}

/** Of which nothing is pushed yet. */
export async function previewsOf(name: string, parts: Parts): Promise<Shop> {
  const shop = await connect(name, parts)
  const { repository, workspace } = shop
  const containersOfPreview = (number: number) => containersOf(`kyozo-${workspace}-pr-${number}`)
  const branch = async (name: string, files: Files, from = 'main') => {
    const parent = (await repository.tip(from))!
    return (await repository.push({ branch: name, change: { files }, parent })).sha
  }
  const askPreview = async (service: string, number: number) =>
    (await parts.kyozo.ask(`${service}.${workspace}-pr-${number}.localhost`)).text.trim()
  return {
    ...shop,
    branch,
    async pull(version) {
      await branch(`two-${version}`, busyboxService('two', version))
      return repository.openPullRequest({ branch: `two-${version}`, title: `Make two ${version}` })
    },
    ...waitingFor(shop),
    askPreview,
    untilAnswers: async (service, number, text) =>
      void (await until(`${service} of the preview to answer ${text}`, async () => (await askPreview(service, number)) === text)),
    containersOfPreview,
    untilGone: async (number) =>
      void (await until(
        `nothing to be left of pull request ${number}`,
        async () => (await leftOf(workspace, `pr-${number}`)).length === 0,
      )),
    ...unheardMethods(shop, parts.github),
  }
}

function waitingFor({ repository }: Connected): Pick<Shop, 'previewVerdict' | 'untilShown' | 'untilSaid'> {
  const shownOf = (sha: string) => repository.shown(sha)['kyozo/preview']
  return {
    previewVerdict: (sha) =>
      until(`the verdict on the preview of ${sha.slice(0, 7)}`, () => {
        const shown = shownOf(sha)
        return shown === undefined || shown.state === 'pending' ? undefined : shown
      }),
    untilShown: (sha, words) =>
      until(`${words} to stand beside ${sha.slice(0, 7)}`, () => {
        const shown = shownOf(sha)
        const isIt = typeof words === 'string' ? shown?.description === words : words.test(shown?.description ?? '')
        return isIt ? shown : undefined
      }).catch((error: Error) => {
        throw new Error(`${error.message}, where there is ${JSON.stringify(repository.statuses(sha))}`)
      }),
    untilSaid: (pull, words) =>
      until(`the comment below pull request ${pull.number} to say ${words}`, () => {
        const body = pull.comments().find((comment) => comment.body.includes('<!-- kyozo '))?.body
        return body?.includes(words) ? body : undefined
      }).catch((error: Error) => {
        throw new Error(`${error.message}, where there is ${JSON.stringify(pull.comments().map(({ body }) => body))}`)
      }),
  }
}

function unheardMethods({ repository }: Connected, github: GitHubDouble): Pick<Shop, 'unheard' | 'send'> {
  const reach = (isUnreachable: boolean) => {
    for (const hook of github.hooksOf(repository.id)) hook.isUnreachable = isUnreachable
  }
  return {
    async unheard(change) {
      reach(true)
      return change().finally(() => reach(false))
    },
    async send(deliveries) {
      const answers: Answered[] = []
      for (const delivery of deliveries) answers.push(JSON.parse((await repository.redeliver(delivery)).answer))
      return answers
    },
  }
}

/** By the labels that everything carries that kyozo makes. */
async function leftOf(workspace: string, environment: string): Promise<readonly string[]> {
  const filters = ['--filter', `label=kyozo.workspace=${workspace}`, '--filter', `label=kyozo.environment=${environment}`, '--quiet']
  const listed = await Promise.all([
    docker('container', 'ls', '--all', ...filters),
    docker('network', 'ls', ...filters),
    docker('volume', 'ls', ...filters),
  ])
  return listed.flatMap((ids) => ids.split('\n')).filter((id) => id !== '')
}
