// What the tests of previews share: a shop at GitHub that runs, pull requests of it, and ways to wait for what becomes of their previews.
import { busyboxService } from '../support/busybox-service.ts'
import type { GitHubDouble } from '../support/github/github.ts'
import type { GitHubPullRequest } from '../support/github/pull-requests.ts'
import { containersOf, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Connected, connect } from './connected.ts'

export interface Shop extends Connected {
  /** A pull request that makes the service two another version. */
  pull(version: string): Promise<GitHubPullRequest>
  /** What GitHub shows of the preview once it is no longer pending. */
  previewVerdict(sha: string): Promise<{ readonly state: string; readonly description: string | null }>
  /** What a service of a preview answers. */
  askPreview(service: string, number: number): Promise<string>
  containersOfPreview(number: number): ReturnType<typeof containersOf>
  untilGone(number: number): Promise<void>
}

/** With the services one and two, which are live in their first version. */
export async function shopOf(name: string, parts: { readonly kyozo: TestKyozo; readonly github: GitHubDouble }): Promise<Shop> {
  const shop = await connect(name, parts)
  const { repository, workspace } = shop
  await shop.deploy({ ...busyboxService('one', '1'), ...busyboxService('two', '1') })
  const containersOfPreview = (number: number) => containersOf(`kyozo-${workspace}-pr-${number}`)
  return {
    ...shop,
    async pull(version) {
      const branch = `two-${version}`
      const parent = (await repository.tip('main'))!
      await repository.push({ branch, change: { files: busyboxService('two', version) }, parent })
      return repository.openPullRequest({ branch, title: `Make two ${version}` })
    },
    previewVerdict: (sha) =>
      until(`the verdict on the preview of ${sha.slice(0, 7)}`, () => {
        const shown = repository.shown(sha)['kyozo/preview']
        return shown === undefined || shown.state === 'pending' ? undefined : shown
      }),
    askPreview: async (service, number) => (await parts.kyozo.ask(`${service}.${workspace}-pr-${number}.localhost`)).text.trim(),
    containersOfPreview,
    async untilGone(number) {
      await until(`the preview of pull request ${number} to be gone`, async () => (await containersOfPreview(number)).size === 0)
    },
  }
}
