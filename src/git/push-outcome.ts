// What became of a push, from git's own words and those of the host. Hosts say why they refuse in sentences only: the ones that are known decide, and
// what nobody knows is told as it was said.

export type PushOutcome =
  | { readonly kind: 'pushed' }
  /** It could be done, and was not: `said` is what the host or git said, on one line, and `hint` what a person can do. */
  | { readonly kind: PushRefusal; readonly said: string; readonly hint: string }

export type PushRefusal =
  /** Somebody has pushed meanwhile, or the branch is not where it was thought to be. */
  | 'moved_on'
  /** The branch takes no pushes of whoever pushed, such as one that only pull requests may change. */
  | 'protected'
  /** Only signed commits may be there. */
  | 'needs_signature'
  /** The token may read and not write, or is worth nothing. */
  | 'no_permission'
  /** The host refuses for another reason, such as a hook of somebody's own. */
  | 'refused'
  /** Nothing is known: the host may even have taken it. Pushing again says so. */
  | 'unreachable'

export interface PushEnd {
  readonly exitCode: number | null
  /** What `git push --porcelain` printed. */
  readonly stdout: string
  readonly stderr: string
}

export function pushOutcome(end: PushEnd): PushOutcome {
  const status = statusIn(end.stdout)
  if (status !== undefined && !status.isRefused) return { kind: 'pushed' }
  const remote = remoteLines(end.stderr)
  const words = [status?.words ?? '', ...remote, ...(status === undefined ? [end.stderr] : [])].join('\n')
  const kind = rules.find(({ pattern }) => pattern.test(words))?.kind ?? (status === undefined ? 'unreachable' : 'refused')
  return { kind, said: said(kind, { status, remote, stderr: end.stderr }), hint: hints[kind] }
}

interface RefStatus {
  readonly isRefused: boolean
  /** `[remote rejected] (pre-receive hook declined)`. */
  readonly words: string
}

/** `<flag>\t<from>:<to>\t<summary> (<reason>)`: of one ref, since no more than one is pushed. */
function statusIn(stdout: string): RefStatus | undefined {
  for (const line of stdout.split('\n')) {
    const [, flag, words = ''] = /^([ +*=!-])\t[^\t]*:[^\t]*\t(.*)$/.exec(line) ?? []
    if (flag !== undefined) return { isRefused: flag === '!', words }
  }
  return undefined
}

function remoteLines(stderr: string): readonly string[] {
  return stderr.split(/[\r\n]+/).flatMap((line) => {
    const words = /^remote:\s?(.*)$/.exec(line)?.[1]?.trim()
    return words === undefined || words === '' || isProgress(words) ? [] : [words]
  })
}

function isProgress(words: string): boolean {
  return /^[A-Z][a-z ]+: +\d+/.test(words)
}

/**
 * The first that is met decides: a rule about signatures is also one of a protected branch, and both are said by a hook. GitHub numbers its sentences
 * (GH006 of protected branches, GH013 of rule sets), the others have only words: GitLab `lib/gitlab/checks/`, Gitea and Forgejo
 * `routers/private/hook_pre_receive.go`, git `builtin/receive-pack.c`.
 */
const rules: readonly { readonly kind: PushRefusal; readonly pattern: RegExp }[] = [
  { kind: 'needs_signature', pattern: /must have verified signatures|Commit must be signed|is protected from unverified commit/i },
  {
    kind: 'moved_on',
    pattern:
      /\((?:stale info|fetch first|non-fast-forward|needs force|remote ref updated since checkout|shallow update not allowed|failed to update ref|reference already exists|incorrect old value provided|cannot lock ref [^)]*)\)/,
  },
  {
    kind: 'protected',
    pattern:
      /GH006|GH013|protected branch|repository rule violations|is protected from|You are not allowed to (?:force )?push code to (?:a )?protected|TF402455/i,
  },
  {
    kind: 'no_permission',
    pattern:
      /Permission to \S+ denied|Write access to repository not granted|not allowed to push code to this project|User permission denied for writing|was archived so it is read-only|returned error: 40[13]|Authentication failed|could not read Username|HTTP Basic: Access denied|refusing to allow|TF401027|repository '.*' not found|returned error: 404/i,
  },
]

const hints: Readonly<Record<PushRefusal, string>> = {
  moved_on: 'kyozo looks at what was pushed and decides anew',
  protected: 'let kyozo open a pull request (commit_back: pull_request), or let its account push to the branch',
  needs_signature: 'let kyozo open a pull request, which the host signs when it is merged, or except its account from the rule',
  no_permission: 'give the connection a token that may write contents, or switch commit-back off (commit_back: off)',
  refused: 'look at the rules and hooks of the repository on its host',
  unreachable: 'kyozo tries again by itself; check the host and the network',
}

const saidLimit = 300

/** The host's own sentences first, without what they all begin with. */
function said(kind: PushRefusal, words: { status: RefStatus | undefined; remote: readonly string[]; stderr: string }): string {
  const { status, remote, stderr } = words
  const telling = remote.filter((line) => !/^(?:Review all repository rules at|Found \d+ violation|[0-9a-f]{40,64}$|={3,}$)/.test(line))
  const last = stderr.split(/[\r\n]+/).findLast((line) => /^(?:fatal|error)/.test(line)) ?? ''
  const all =
    kind === 'moved_on' && status !== undefined ? [status.words] : [...telling, ...(telling.length > 0 ? [] : [status?.words ?? last])]
  const line = all
    .join(' ')
    .replaceAll(/[^\P{C}]|[\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const points = [...(line === '' ? 'it said nothing' : line)]
  return points.length > saidLimit ? `${points.slice(0, saidLimit - 1).join('')}…` : points.join('')
}
