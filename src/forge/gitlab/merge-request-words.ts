// What every other host calls a pull request.

/** What kyozo says, as people on GitLab say it. */
export function ofMergeRequests(text: string): string {
  return text.replaceAll('pull request', 'merge request').replaceAll('Pull request', 'Merge request')
}
