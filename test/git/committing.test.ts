// Commits of Git objects alone, pushed to a real Git over HTTP, and refused by it as real hosts refuse.
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMirrors, type Mirrors } from '../../src/git/mirror.ts'
import type { PushRequest } from '../../src/git/push.ts'
import type { NewCommit } from '../../src/git/write-commit.ts'
import { serveGit } from '../support/github/git-http.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

const main = 'refs/heads/main'
const branch = 'refs/heads/kyozo/compose'
const password = 'a-token-that-may-write'

let folder: string
let mirrors: Mirrors
let server: Server
/** What the host has: a bare repository, and a person's clone of it. */
let host: string
let person: TestRepository
let url: string
let tip: string
let number = 0

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-committing-'))
  mirrors = createMirrors(path.join(folder, 'mirrors'))
  server = createServer((request, response) => {
    const [, user, secret] = /^([^:]*):(.*)$/.exec(Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString()) ?? []
    const { pathname, search } = new URL(request.url ?? '/', 'http://host')
    const isPush = `${pathname}${search}`.includes('git-receive-pack')
    const [, repository = '', rest = ''] = /^\/([^/]+)\.git(\/.*)$/.exec(pathname) ?? []
    if (secret === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    else if (isPush && secret !== password) response.writeHead(403).end('Write access to repository not granted.')
    else if (user !== 'x-access-token') response.writeHead(401).end()
    else serveGit({ request, response, folder: path.join(folder, 'host', `${repository}.git`), path: rest, query: search.slice(1) })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  const name = `shop-${++number}`
  host = path.join(folder, 'host', `${name}.git`)
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}.git`
  await mkdir(path.dirname(host), { recursive: true })
  person = await createRepository({ files: { 'README.md': 'shop\n', 'deep/er/file.txt': 'deep\n', 'deep/run.sh': '#!/bin/sh\n' } })
  await person.git('clone', '--quiet', '--bare', person.folder, host)
  await person.git(`--git-dir=${host}`, 'config', 'http.receivepack', 'true')
  await person.git('remote', 'add', 'origin', host)
  tip = await mirrors.fetch(name, { url, ref: main, credentials: reading })
})

const reading = { username: 'x-access-token', password: 'a-token-that-may-read' }
const writing = { username: 'x-access-token', password }

function newCommit(changes: NewCommit['changes'] = [{ path: 'compose.kyozo.yaml', content: 'services: {}\n' }], parent = tip): NewCommit {
  const kyozo = { name: 'kyozo', email: 'kyozo@shop.example.com' }
  return {
    parent,
    changes,
    message: 'Write compose.kyozo.yaml\n\nKyozo-Generated: 0123\n',
    author: kyozo,
    committer: kyozo,
    date: new Date(1_760_000_000_000),
  }
}

const commit = (changes?: NewCommit['changes'], parent?: string) => mirrors.commit(`shop-${number}`, newCommit(changes, parent))
const push = (sha: string, request: Partial<PushRequest> = {}) =>
  mirrors.push(`shop-${number}`, { url, sha, ref: main, expected: tip, credentials: writing, ...request })

/** git on the host's own repository. */
async function onHost(...args: readonly string[]): Promise<string> {
  return (await person.git(`--git-dir=${host}`, ...args)).output.trim()
}

async function hook(script: string): Promise<void> {
  const file = path.join(host, 'hooks', 'pre-receive')
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

describe('a commit of Git objects alone', () => {
  it('has its parent’s files and the changed ones, and the same input makes the same commit', async () => {
    const changes = [
      { path: 'compose.kyozo.yaml', content: 'services: {}\n' },
      { path: 'deep/er/new/file.txt', content: 'é\n' },
      { path: 'deep/run.sh', content: '#!/bin/sh\nexit\n' },
    ]
    const sha = await commit(changes)
    expect(await commit(changes)).toBe(sha)
    const git = async (...args: string[]) => (await person.git(`--git-dir=${await mirrors.folderOf(`shop-${number}`)}`, ...args)).output
    expect(await git('ls-tree', '-r', '--name-only', sha)).toBe(
      'README.md\ncompose.kyozo.yaml\ndeep/er/file.txt\ndeep/er/new/file.txt\ndeep/run.sh\n',
    )
    expect(await git('diff-tree', '-r', '--name-status', tip, sha)).toBe('A\tcompose.kyozo.yaml\nA\tdeep/er/new/file.txt\nM\tdeep/run.sh\n')
    expect(await git('ls-tree', sha, 'compose.kyozo.yaml', 'README.md')).toContain('100644 blob')
    expect(await git('show', `${sha}:deep/er/new/file.txt`)).toBe('é\n')
    expect(await git('cat-file', 'commit', sha)).toBe(
      [
        `tree ${(await git('rev-parse', `${sha}^{tree}`)).trim()}`,
        `parent ${tip}`,
        'author kyozo <kyozo@shop.example.com> 1760000000 +0000',
        'committer kyozo <kyozo@shop.example.com> 1760000000 +0000',
        '',
        'Write compose.kyozo.yaml',
        '',
        'Kyozo-Generated: 0123',
        '',
      ].join('\n'),
    )
    expect(await git('log', '-1', '--format=%(trailers:key=Kyozo-Generated,valueonly)', sha)).toBe('0123\n\n')
  })

  it('keeps what is executable, and names that are no text', async () => {
    await person.git('config', 'core.quotepath', 'false')
    await writeFile(Buffer.concat([Buffer.from(`${person.folder}/`), Buffer.from([0xff, 0x61])]), 'bytes')
    await chmod(path.join(person.folder, 'deep/run.sh'), 0o755)
    await person.commit('Bytes')
    await person.git('push', '--quiet', 'origin', 'HEAD:main')
    const parent = await mirrors.fetch(`shop-${number}`, { url, ref: main, credentials: reading })
    const sha = await commit([{ path: 'deep/run.sh', content: 'new\n' }], parent)
    await push(sha, { expected: parent })
    expect(await onHost('ls-tree', 'main', 'deep/')).toContain('100755 blob')
    expect(await onHost('diff-tree', '-r', '--name-only', parent, sha)).toBe('deep/run.sh')
    expect(await onHost('fsck', '--strict')).toBe('')
  })

  it('that changes nothing is its parent', async () => {
    expect(await commit([{ path: 'README.md', content: 'shop\n' }])).toBe(tip)
  })

  it.each(['../x', '/etc/passwd', '.git/config', 'a/.GIT/x', 'a//b', '', 'a\\b', 'a\0b'])('has no file %j', async (name) => {
    await expect(commit([{ path: name, content: '' }])).rejects.toMatchObject({ code: 'internal' })
  })

  it('comes after a commit that is there', async () => {
    await expect(commit(undefined, 'a'.repeat(40))).rejects.toMatchObject({ code: 'revision_not_found' })
    await expect(commit(undefined, '--all')).rejects.toMatchObject({ code: 'revision_not_found' })
  })

  it('writes no file beside the objects', async () => {
    await commit()
    const mirror = await mirrors.folderOf(`shop-${number}`)
    for (const name of ['compose.kyozo.yaml', 'index', 'COMMIT_EDITMSG'])
      await expect(stat(path.join(mirror, name))).rejects.toThrow('ENOENT')
    expect((await readFile(path.join(mirror, 'HEAD'), 'utf8')).trim()).toBe('ref: refs/heads/main')
  })
})

describe('a push', () => {
  it('adds to the branch, and says so again when it is asked to twice', async () => {
    const sha = await commit()
    expect(await push(sha)).toEqual({ kind: 'pushed' })
    expect(await onHost('rev-parse', 'main')).toBe(sha)
    expect(await push(sha)).toEqual({ kind: 'pushed' })
  })

  it('makes a branch of its own, and replaces only what it knows of it', async () => {
    const first = await commit()
    expect(await push(first, { ref: branch, expected: null })).toEqual({ kind: 'pushed' })
    const second = await commit([{ path: 'compose.kyozo.yaml', content: 'services:\n  api: {}\n' }])
    expect(await push(second, { ref: branch, expected: null })).toMatchObject({ kind: 'moved_on' })
    expect(await push(second, { ref: branch, expected: first })).toEqual({ kind: 'pushed' })
    expect(await push(first, { ref: branch, expected: first })).toMatchObject({ kind: 'moved_on', said: '[rejected] (stale info)' })
    expect([await onHost('rev-parse', branch), await onHost('rev-parse', 'main')]).toEqual([second, tip])
  })

  it('lost to a person’s push changes nothing, and goes through on what they pushed', async () => {
    const sha = await commit()
    await person.commit('Mine', { 'mine.txt': 'mine\n' })
    await person.git('push', '--quiet', 'origin', 'HEAD:main')
    const theirs = await onHost('rev-parse', 'main')
    expect(await push(sha)).toEqual({
      kind: 'moved_on',
      said: '[rejected] (stale info)',
      hint: 'kyozo looks at what was pushed and decides anew',
    })
    expect(await onHost('rev-parse', 'main')).toBe(theirs)
    const parent = await mirrors.fetch(`shop-${number}`, { url, ref: main, credentials: reading })
    const again = await commit(undefined, parent)
    expect(await push(again, { expected: parent })).toEqual({ kind: 'pushed' })
    expect(await onHost('log', '--format=%s', 'main')).toBe('Write compose.kyozo.yaml\nMine\nFirst')
  })

  it('loses to one that comes while the host is taking it', async () => {
    const sha = await commit()
    await person.commit('Mine', { 'mine.txt': 'mine\n' })
    await person.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other')
    await hook('unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main refs/heads/other')
    expect((await push(sha)).kind).toBe('moved_on')
    expect(await onHost('rev-parse', 'main')).toBe(await onHost('rev-parse', 'other'))
  })

  it.each([
    [
      'GH006',
      'echo "error: GH006: Protected branch update failed for refs/heads/main.\n\n- Changes must be made through a pull request."',
      'protected',
      'through a pull request',
    ],
    [
      'GH013',
      'echo "error: GH013: Repository rule violations found for refs/heads/main.\n\n- Commits must have verified signatures."',
      'needs_signature',
      'must have verified signatures',
    ],
    ['Gitea', 'echo "Gitea: Not allowed to push to protected branch main"', 'protected', 'Not allowed to push to protected branch main'],
    ['GitLab', 'echo "GitLab: You are not allowed to push code to protected branches on this project."', 'protected', 'protected branches'],
    ['a hook of somebody’s own', 'echo "not before nine"', 'refused', 'not before nine'],
  ])('that the host refuses says why: %s', async (_, words, kind, said) => {
    await hook(`${words} >&2\nexit 1`)
    expect(await push(await commit())).toMatchObject({ kind, said: expect.stringContaining(said) })
    expect(await onHost('rev-parse', 'main')).toBe(tip)
  })

  it('with a token that may only read says that it may not write, and tells nobody the token', async () => {
    const outcome = await push(await commit(), { credentials: reading })
    expect(outcome).toMatchObject({ kind: 'no_permission', hint: expect.stringContaining('commit_back: off') })
    expect(JSON.stringify(outcome)).not.toContain(reading.password)
    expect(await push(await commit(), { credentials: { username: 'nobody', password } })).toMatchObject({ kind: 'no_permission' })
  })

  it('to a host that is not there is tried again', async () => {
    const outcome = await push(await commit(), { url: 'http://127.0.0.1:1/shop.git' })
    expect(outcome).toMatchObject({ kind: 'unreachable', hint: expect.stringContaining('tries again') })
  })

  it.each([
    { url: 'ext::sh -c id' },
    { url: 'https://a:b@host/x.git' },
    { url: '--receive-pack=id' },
    { ref: 'main' },
    { ref: 'refs/heads/a:refs/heads/b' },
    { ref: '--all' },
  ])('to what is no repository or branch is refused: %j', async (request) => {
    await expect(push(await commit(), request)).rejects.toMatchObject({ code: 'repository_url_refused' })
  })

  it('never runs a hook of its own side', async () => {
    const mirror = await mirrors.folderOf(`shop-${number}`)
    await mkdir(path.join(mirror, 'hooks'), { recursive: true })
    await writeFile(path.join(mirror, 'hooks', 'pre-push'), '#!/bin/sh\nexit 1\n')
    await chmod(path.join(mirror, 'hooks', 'pre-push'), 0o755)
    expect(await push(await commit())).toEqual({ kind: 'pushed' })
  })
})

describe('a branch of the built-in remote', () => {
  it('is moved only from where it was', async () => {
    const move = (sha: string, expected: string | null) => mirrors.moveBranch(`shop-${number}`, { ref: branch, sha, expected })
    const first = await commit()
    const second = await commit([{ path: 'compose.kyozo.yaml', content: 'x: 1\n' }])
    expect(await move(first, null)).toEqual({ kind: 'pushed' })
    expect(await move(second, null)).toMatchObject({ kind: 'moved_on', said: expect.stringContaining('reference already exists') })
    expect(await move(second, tip)).toMatchObject({ kind: 'moved_on', said: expect.stringContaining(`is at ${first} but expected ${tip}`) })
    expect(await move(second, first)).toEqual({ kind: 'pushed' })
    expect(await mirrors.tip(`shop-${number}`, branch)).toBe(second)
  })
})
