// What `git push` may send that it should not: names, objects, tokens and branches. Each ends in words, and everything else goes on.
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { adminToken, containersOf } from '../support/kyozo.ts'
import { usePushing } from './pushing.ts'

vi.setConfig({ testTimeout: 60_000 })
const pushing = usePushing()

describe('a tree', () => {
  it.each([
    ['..', 'hasDotdot'],
    ['.git', 'hasDotgit'],
    ['GIT~1', 'hasDotgit'],
    ['.', 'hasDot'],
  ])('with an entry named %s is not taken', async (name, words) => {
    const repository = await pushing.repository()
    const { output: inner } = await repository.git('rev-parse', 'HEAD^{tree}')
    const entry = Buffer.concat([Buffer.from(`40000 ${name}\0`), Buffer.from(inner.trim(), 'hex')])
    const tree = await gitWith(repository.folder, ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], entry)
    const person = ['-c', 'user.name=T', '-c', 'user.email=t@example.com']
    await repository.git('update-ref', 'HEAD', await gitWith(repository.folder, [...person, 'commit-tree', tree], 'Climb'))
    const workspace = pushing.freshName('tree')
    const pushed = await repository.push(pushing.kyozo().remote(workspace))
    expect(pushed.exitCode).not.toBe(0)
    expect(pushed.output).toContain(words)
    expect(await pushing.newestRelease(workspace)).toBeUndefined()
  })
})

describe('a branch', () => {
  it.each(['$(touch$IFS/tmp/kyozo-was-here)', ';touch$IFS/tmp/kyozo-was-here;', '-upload-pack=ä'])(
    'named %s is a name and nothing else',
    async (branch) => {
      const repository = await pushing.repository(busyboxService('one', '1'))
      const workspace = pushing.freshName('branch')
      const pushed = await repository.push(pushing.kyozo().remote(workspace), { branch })
      expect(pushed.output).toContain('1 live')
      expect((await pushing.kyozo().ask(`one.${workspace}.localhost`)).text.trim()).toBe('one 1')
      await expect(access('/tmp/kyozo-was-here')).rejects.toThrow()
    },
  )

  it('without an environment is kept, and the push says why nothing follows', async () => {
    const pushed = await pushing.push(busyboxService('one', '1'))
    const other = await pushed.repository.push(pushing.kyozo().remote(pushed.workspace), { branch: 'idea/$(id)' })
    expect(other.exitCode).toBe(0)
    expect(other.output).toContain('kyozo: branch idea/$(id) has no environment; map it with environments:')
  })

  it('that is deleted leaves what runs, and the push says so', async () => {
    const pushed = await pushing.push(busyboxService('one', '1'))
    const before = await containersOf(`kyozo-${pushed.workspace}-production`)
    const deleted = await pushed.repository.git('push', pushing.kyozo().remote(pushed.workspace), ':refs/heads/main')
    expect(deleted).toMatchObject({ exitCode: 0, output: expect.stringContaining('branch main was deleted; production keeps running') })
    expect(await containersOf(`kyozo-${pushed.workspace}-production`)).toEqual(before)
    expect(await pushing.newestRelease(pushed.workspace)).toMatchObject({ state: 'live' })
    expect((await pushed.repository.push(pushing.kyozo().remote(pushed.workspace))).output).toContain('1 live')
  })

  it('that is a tag is kept, and the push says why nothing follows', async () => {
    const pushed = await pushing.push(busyboxService('one', '1'))
    const tagged = await pushed.repository.git('push', pushing.kyozo().remote(pushed.workspace), 'HEAD:refs/tags/v1')
    expect(tagged).toMatchObject({ exitCode: 0, output: expect.stringContaining('refs/tags/v1 is not a branch') })
  })
})

describe('an address', () => {
  it.each(['Shop', 'a_b', '-shop', `${'a'.repeat(41)}`, '..%2f..%2fetc', 'shop$(id)', '%00'])(
    'of the workspace %s is refused with what a name may be',
    async (name) => {
      const repository = await pushing.repository(busyboxService('one', '1'))
      const url = `http://test:${adminToken}@127.0.0.1:${pushing.kyozo().port}/git/${name}.git`
      const pushed = await repository.push(url)
      expect(pushed.exitCode).not.toBe(0)
      expect(pushed.output).toMatch(/1 to 40 lower-case letters, digits and hyphens|not found|error: 400/)
      expect(pushed.output).not.toContain(adminToken)
    },
  )

  it('with a wrong token is refused, whether or not there is such a workspace', async () => {
    const known = await pushing.push(busyboxService('one', '1'))
    const tries = [known.workspace, pushing.freshName('none')].map(async (workspace) => {
      const pushed = await known.repository.push(`http://test:not-the-token@127.0.0.1:${pushing.kyozo().port}/git/${workspace}.git`)
      expect(pushed.exitCode).not.toBe(0)
      return pushed.output.replaceAll(workspace, '<workspace>')
    })
    const [ofKnown, ofNone] = await Promise.all(tries)
    expect(ofKnown).toContain('Authentication failed')
    expect(ofNone).toBe(ofKnown)
  })
})

it('a push that breaks off in the middle moves nothing, and the next one works', async () => {
  const pushed = await pushing.push(busyboxService('one', '1'))
  await pushed.repository.commit('Two', busyboxService('one', '2'))
  const command = `${'0'.repeat(40)} ${'a'.repeat(40)} refs/heads/main\0 report-status side-band-64k`
  const packet = `${(command.length + 4).toString(16).padStart(4, '0')}${command}0000PACK`
  await cutOff(pushing.kyozo().port, [
    `POST /git/${pushed.workspace}.git/git-receive-pack HTTP/1.1`,
    'Host: localhost',
    `Authorization: Basic ${Buffer.from(`test:${adminToken}`).toString('base64')}`,
    'Content-Type: application/x-git-receive-pack-request',
    'Content-Length: 100000',
    '',
    packet,
  ])
  expect((await pushed.repository.push(pushing.kyozo().remote(pushed.workspace))).output).toContain('1 live')
  expect((await pushing.kyozo().ask(`one.${pushed.workspace}.localhost`)).text.trim()).toBe('one 2')
})

it('a push that a web page could make a browser send is refused before it is read', async () => {
  const pushed = await pushing.push(busyboxService('one', '1'))
  const deletion = `${'a'.repeat(40)} ${'0'.repeat(40)} refs/heads/other\0 report-status`
  const answer = await fetch(`${pushing.kyozo().url}/git/${pushed.workspace}.git/git-receive-pack`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`test:${adminToken}`)}`, 'content-type': 'text/plain' },
    body: `${(deletion.length + 4).toString(16).padStart(4, '0')}${deletion}0000`,
  })
  expect(answer.status).toBe(415)
  expect(await answer.text()).toContain('application/x-git-receive-pack-request')
})

/** Sends less than was announced and hangs up. */
function cutOff(port: number, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.resume()
    socket.end(lines.join('\r\n'))
  })
}

function gitWith(folder: string, args: readonly string[], input: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { cwd: folder }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())))
    child.stdin?.end(input)
  })
}
