// GitLab carries out lines of a text that begin with a slash, such as /merge, as whoever wrote the text. What kyozo writes may hold words of people who may
// do less than kyozo: none of it is a command.
// https://docs.gitlab.com/user/project/quick_actions/

/** A longer one GitLab does not take. */
const limitCharacters = 1_000_000

/** Markdown whose lines begin with no command; it looks as before. */
export function withoutQuickActions(markdown: string): string {
  return markdown
    .slice(0, limitCharacters)
    .toWellFormed()
    .replace(/^([^\S\r\n]*)\//gm, '$1\\/')
    .slice(0, limitCharacters)
}
