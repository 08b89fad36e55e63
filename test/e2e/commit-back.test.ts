// compose.kyozo.yaml written back to a repository at GitHub.
import { startGitHubHost } from '../support/hosts/github.ts'
import { testCommitBack } from './commit-back-lives.ts'

testCommitBack(startGitHubHost)
