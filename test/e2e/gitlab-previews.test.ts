// The lives of merge requests on GitLab, and what becomes of their previews.
import { startGitLabHost } from '../support/hosts/gitlab.ts'
import { testLivesOfPullRequests } from './preview-lives.ts'

testLivesOfPullRequests(startGitLabHost)
