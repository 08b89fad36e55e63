// What somebody wrote to kyozo below a pull request. Pure.

export type Command =
  | { readonly kind: 'plan' | 'deploy' | 'destroy' | 'help' }
  /** `sha` is what was written of the commit, whole or not; null where that is no commit. */
  | { readonly kind: 'approve'; readonly sha: string | null }
  | { readonly kind: 'explain'; readonly service: string }
  | { readonly kind: 'unknown'; readonly words: string }

/** What can be written, and what it does. */
export const usages: readonly { readonly command: string; readonly words: string }[] = [
  { command: '/kyozo plan', words: 'looks anew at what merging would do' },
  { command: '/kyozo deploy', words: 'makes a preview, also where one was removed or found no room' },
  { command: '/kyozo destroy', words: 'removes the preview with its data, until somebody asks for one' },
  { command: '/kyozo approve <commit>', words: 'lets that commit of a fork run, for a day' },
  { command: '/kyozo explain <service>', words: 'says what the service is, and why' },
]

/** `line` begins with `/kyozo`. Words behind what a command takes are a mistake, and not passed over. */
export function parseCommand(line: string): Command {
  const [, name = 'help', ...rest] = line.trim().split(/\s+/)
  const [first] = rest
  switch (name) {
    case 'plan':
    case 'deploy':
    case 'destroy':
    case 'help':
      return rest.length === 0 ? { kind: name } : unknown(`\`/kyozo ${name}\` stands alone`)
    case 'approve':
      if (rest.length > 1) return unknown('name one commit')
      return { kind: 'approve', sha: first !== undefined && /^[0-9a-f]{1,64}$/i.test(first) ? first.toLowerCase() : null }
    case 'explain':
      if (first === undefined || rest.length > 1 || first.length > 63) return unknown('name one service: `/kyozo explain api`')
      return { kind: 'explain', service: first }
    default:
      return unknown('there is no such command')
  }
}

function unknown(words: string): Command {
  return { kind: 'unknown', words }
}
