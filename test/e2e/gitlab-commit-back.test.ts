// compose.kyozo.yaml written back to a project at GitLab.
import { startGitLabHost } from '../support/hosts/gitlab.ts'
import { testCommitBack } from './commit-back-lives.ts'

testCommitBack(startGitLabHost)
