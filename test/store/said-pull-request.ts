// What a host says of a pull request of a test, and the times at which it says it.
import type { KnownPullRequest } from '../../src/store/pull-requests.ts'

/** A second of one minute. */
export const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second))

export const said: KnownPullRequest = {
  ...{ id: '279147437', number: 7, state: 'open', title: 'Say hello', url: 'https://github.com/acme/shop/pull/7', author: 'ada' },
  ...{ ref: 'refs/pull/7/head', headSha: 'a'.repeat(40), headRef: 'refs/heads/hello', baseRef: 'refs/heads/main' },
  ...{ isFork: false, isDraft: false, labels: [], updatedAt: at(10) },
}
