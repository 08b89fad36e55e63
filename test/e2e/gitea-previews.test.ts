// The lives of pull requests on Gitea, and what becomes of their previews.
import { startGiteaHost } from '../support/hosts/gitea.ts'
import { testLivesOfPullRequests } from './preview-lives.ts'

testLivesOfPullRequests(startGiteaHost)
