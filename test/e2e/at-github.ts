// A double of GitHub and a kyozo that hears from it, for one file of tests: both are gone after its last one.
import { afterAll } from 'vitest'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { githubEnvironment } from './connected.ts'

export interface AtGitHub {
  readonly github: GitHubDouble
  readonly kyozo: TestKyozo
  /** Kyozo's database. */
  readonly databaseUrl: string
}

/** Waited for where a file begins. Default is a kyozo with a token that may do everything. */
export async function atGitHub(environment: (github: GitHubDouble) => Readonly<Record<string, string>> = withToken): Promise<AtGitHub> {
  const databaseUrl = await emptyDatabaseUrl()
  const github = await startGitHub()
  afterAll(() => github.close())
  const kyozo = await startKyozo({ ...environment(github), DATABASE_URL: databaseUrl })
  afterAll(() => kyozo.remove())
  return { github, kyozo, databaseUrl }
}

export function withToken(github: GitHubDouble): Record<string, string> {
  return githubEnvironment(github, github.createToken())
}
