// What holds whenever kyozo asks another repository for something: which addresses and refs it may name, how it shows who it is, and what git's words mean.
import { KyozoError } from '../errors.ts'

export interface FetchRequest {
  /** `https://…` or `http://…` without credentials; anything else is refused. */
  readonly url: string
  /** A full ref such as `refs/heads/main`, or the full id of a commit that one of them leads to. */
  readonly ref: string
  /** Sent as HTTP basic authentication, and never an argument, a URL or a configuration file. */
  readonly credentials?: { readonly username: string; readonly password: string }
  readonly signal?: AbortSignal
  /** Whose workspace it is for: each team has its share of what is asked of a host. */
  readonly team?: string
}

/** Throws `repository_url_refused` for what is no plain address of a repository, or no full ref. */
export function assertFetchable(request: FetchRequest): void {
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.search !== '' || url.hash !== '') {
    throw new KyozoError('repository_url_refused', `${JSON.stringify(request.url)} is not an http(s) address of a repository`, {
      hint: 'use https://host/owner/name.git',
    })
  }
  if (url.username !== '' || url.password !== '')
    throw new KyozoError('repository_url_refused', 'the repository address carries credentials', {
      hint: 'give them as a token of the connection',
    })
  if (!/^(refs\/[^\0-\x20\x7f~^:?*[\\]+|[0-9a-f]{40})$/.test(request.ref) || request.ref.includes('..'))
    throw new KyozoError('repository_url_refused', `${JSON.stringify(request.ref)} is not a full Git ref`)
}

/** Through the environment: a secret is never an argument. */
export function fetchConfig({ credentials }: Pick<FetchRequest, 'credentials'>): Readonly<Record<string, string>> {
  return credentials === undefined ? {} : { 'http.extraHeader': basicAuthorization(credentials) }
}

function basicAuthorization(credentials: { readonly username: string; readonly password: string }): string {
  return `Authorization: Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
}

/** What git or the other side counts while objects come: `remote: Counting objects:  12% (3/24)`, `Receiving objects:  50% (12/24), 1.20 MiB`. */
const progressLine = /^(?:remote: )?[A-Z][a-z ]+: +\d+/

/** Whether output of git's tells that something came. */
export function tellsProgress(stderr: string): boolean {
  return linesOf(stderr).some((line) => progressLine.test(line))
}

/** What is counted is written over and over, and a failure behind it. */
function linesOf(stderr: string): readonly string[] {
  return stderr.split(/[\r\n]+/).filter((line) => line !== '')
}

/** What git's words mean. The patterns are those of git 2.30 to 2.50 with LC_ALL=C. */
export function fetchError(request: FetchRequest, output: string): KyozoError {
  const lines = linesOf(output).filter((line) => !progressLine.test(line))
  const said = lines.findLast((line) => /^(fatal|error|remote)/.test(line)) ?? lines.at(-1) ?? 'no output'
  const stderr = lines.join('\n')
  const failed = `fetching ${request.ref} of ${request.url} failed: ${said}`
  const at = new URL(request.url)
  if (/Authentication failed|could not read Username|returned error: 40[13]|terminal prompts disabled/.test(stderr)) {
    return new KyozoError('repository_unauthorized', failed, {
      hint: `give the connection a token that may read ${at.pathname.replace(/^\/|\.git$/g, '')}`,
    })
  }
  if (/couldn't find remote ref/.test(stderr))
    return new KyozoError('revision_not_found', failed, { hint: 'the branch was deleted or renamed' })
  if (/not found|returned error: 404|returned error: 410/.test(stderr)) {
    return new KyozoError('repository_not_found', failed, {
      hint: 'was it renamed or deleted? A private repository without a valid token looks the same',
    })
  }
  if (/redirect|returned error: 30\d/.test(stderr))
    return new KyozoError('repository_url_refused', failed, {
      hint: 'the host sent it elsewhere; connect the repository under its new address',
    })
  if (
    /fsck|bad object|invalid|corrupt|hasDot|unpack-objects|index-pack failed/.test(stderr) &&
    !/early EOF|disconnect|RPC failed/.test(stderr)
  ) {
    return new KyozoError('repository_corrupt', failed, { hint: 'run git fsck in a clone; entries such as `..` or `.git` are refused' })
  }
  return new KyozoError('repository_unreachable', failed, { hint: 'kyozo tries again by itself; check the host and the network' })
}

/** Whether the host had answered and begun to send: then it is there, and what broke off says more of this repository or the line than of it. */
export function isBrokenOff(error: KyozoError): boolean {
  return /early EOF|bad pack header|unexpected disconnect|invalid index-pack output/.test(error.message)
}
