// One bare repository per workspace below the data directory. For a forge's repository it is a shallow mirror; for the built-in remote it is the repository.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { KyozoError } from '../errors.ts'
import { runGit } from './git-program.ts'
import { objectReader } from './object-reader.ts'
import type { ObjectReader } from './objects.ts'

export interface FetchRequest {
  /** `https://…` or `http://…` without credentials; anything else is refused. */
  readonly url: string
  /** A full ref such as `refs/heads/main`, or the full id of a commit that one of them leads to. */
  readonly ref: string
  /** Sent as HTTP basic authentication, and never an argument, a URL or a configuration file. */
  readonly credentials?: { readonly username: string; readonly password: string }
  readonly signal?: AbortSignal
}

/** Slower than this is a host in trouble: the attempt is repeated. */
const fetchDeadlineMs = 5 * 60_000
const localDeadlineMs = 30_000

export interface Mirrors {
  /** The bare repository's folder, made when it is not there. */
  folderOf(workspaceId: string): Promise<string>
  reader(workspaceId: string): Promise<ObjectReader>
  /** Fetches the tip of a ref, one commit deep, and returns its sha. Throws with a `repository_…` or `revision_not_found` code. */
  fetch(workspaceId: string, request: FetchRequest): Promise<string>
  /** The tip of a branch of the built-in remote, or null when it is not there. */
  tip(workspaceId: string, ref: string): Promise<string | null>
  /** Every branch of the built-in remote with its tip. */
  branches(workspaceId: string): Promise<ReadonlyMap<string, string>>
  /** Makes the branch the one that a clone of the built-in remote checks out. */
  setHead(workspaceId: string, ref: string): Promise<void>
  /** Takes the repository away for good. */
  remove(workspaceId: string): Promise<void>
}

export function createMirrors(folder: string): Mirrors {
  const folderOf = async (workspaceId: string) => {
    const gitDir = path.join(folder, `${workspaceId}.git`)
    await ensureRepository(gitDir)
    return gitDir
  }
  return {
    folderOf,
    reader: async (workspaceId) => objectReader(await folderOf(workspaceId)),
    fetch: async (workspaceId, request) => fetchTip(await folderOf(workspaceId), request),
    tip: async (workspaceId, ref) => (await readRefs(await folderOf(workspaceId), ref)).get(ref) ?? null,
    branches: async (workspaceId) => readRefs(await folderOf(workspaceId), 'refs/heads/'),
    remove: (workspaceId) => rm(path.join(folder, `${workspaceId}.git`), { recursive: true, force: true }),
    setHead: async (workspaceId, ref) => setHead(await folderOf(workspaceId), ref),
  }
}

async function ensureRepository(gitDir: string): Promise<void> {
  if (await stat(path.join(gitDir, 'HEAD')).catch(() => undefined)) return
  // For no other user of the machine: these are people's private repositories.
  await mkdir(path.dirname(gitDir), { recursive: true, mode: 0o700 })
  const fresh = `${gitDir}.${randomBytes(6).toString('hex')}`
  const done = await runGit({
    gitDir: fresh,
    args: ['init', '--quiet', '--bare', '--initial-branch=main', '--template='],
    deadlineMs: localDeadlineMs,
  })
  if (done.exitCode !== 0)
    throw new KyozoError('internal', `git init failed in ${gitDir}: ${done.stderr.trim()}`, {
      hint: 'check the data directory’s disk and rights',
    })
  try {
    await rename(fresh, gitDir)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    // Somebody else made it first.
    if (!(await stat(path.join(gitDir, 'HEAD')).catch(() => undefined))) throw error
  }
}

async function setHead(gitDir: string, ref: string): Promise<void> {
  const done = await runGit({ gitDir, args: ['symbolic-ref', 'HEAD', ref], deadlineMs: localDeadlineMs })
  if (done.exitCode !== 0) throw new KyozoError('internal', `HEAD of ${gitDir} could not be set to ${ref}: ${done.stderr.trim()}`)
}

async function fetchTip(gitDir: string, request: FetchRequest): Promise<string> {
  assertFetchable(request)
  const local = `refs/kyozo/${createHash('sha256').update(request.ref).digest('hex').slice(0, 32)}`
  const done = await runGit({
    gitDir,
    args: [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--depth=1',
      '--force',
      '--end-of-options',
      request.url,
      `+${request.ref}:${local}`,
    ],
    deadlineMs: fetchDeadlineMs,
    config: request.credentials ? { 'http.extraHeader': basicAuthorization(request.credentials) } : {},
    ...(request.signal ? { signal: request.signal } : {}),
  })
  if (done.exitCode !== 0) throw fetchError(request, done.stderr)
  const tip = (await readRefs(gitDir, local)).get(local)
  if (tip === undefined) throw new KyozoError('revision_not_found', `${request.ref} of ${request.url} could not be resolved after fetching`)
  return tip
}

function assertFetchable(request: FetchRequest): void {
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

function basicAuthorization(credentials: { readonly username: string; readonly password: string }): string {
  return `Authorization: Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
}

/** What git's words mean. The patterns are those of git 2.30 to 2.50 with LC_ALL=C. */
function fetchError(request: FetchRequest, stderr: string): KyozoError {
  const said =
    stderr
      .trim()
      .split('\n')
      .filter((line) => /^(fatal|error|remote)/.test(line))
      .at(-1) ??
    stderr.trim().split('\n').at(-1) ??
    'no output'
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

async function readRefs(gitDir: string, prefix: string): Promise<Map<string, string>> {
  const done = await runGit({
    gitDir,
    args: ['for-each-ref', '--format=%(objectname) %(refname)', '--', prefix],
    deadlineMs: localDeadlineMs,
  })
  const lines = done.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]))
}
