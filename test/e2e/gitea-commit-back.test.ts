// compose.kyozo.yaml written back to a repository at Gitea.
import { startGiteaHost } from '../support/hosts/gitea.ts'
import { testCommitBack } from './commit-back-lives.ts'

testCommitBack(startGiteaHost)
