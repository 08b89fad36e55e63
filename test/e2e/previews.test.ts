// The lives of pull requests on GitHub, and what becomes of their previews.
import { startGitHubHost } from '../support/hosts/github.ts'
import { testLivesOfPullRequests } from './preview-lives.ts'

testLivesOfPullRequests(startGitHubHost)
