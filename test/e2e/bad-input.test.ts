// What a repository may hold that it should not: each ends in words for the person who pushes, and everything else goes on.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { until } from '../support/until.ts'
import { usePushing } from './pushing.ts'

const run = promisify(execFile)
vi.setConfig({ testTimeout: 300_000 })
const pushing = usePushing()

const compose = (...lines: readonly string[]) => ({ 'compose.yaml': `${lines.join('\n')}\n`, ...busyboxService('one', '1') })

describe('a declaration', () => {
  it.each([
    ['with an unknown key', ['services:', '  one:', '    prot: 8080'], /kyozo\.yaml:3:5\b.*prot/],
    ['that is not YAML', ['services:', '  one: {port: 8080'], /kyozo\.yaml:\d+:\d+/],
    ['with a value of the wrong kind', ['services:', '  one:', '    port: web'], /kyozo\.yaml:3:5\b.*port/],
  ])('%s fails with line and column', async (_, lines, words) => {
    const pushed = await pushing.push({ ...busyboxService('one', '1'), 'kyozo.yaml': lines.join('\n') })
    expect(pushed.exitCode).toBe(0)
    expect(pushed.output).toMatch(words)
    expect(await pushing.newestRelease(pushed.workspace)).toMatchObject({ state: 'failed', error_code: 'declaration_invalid' })
  })

  it('whose services depend on each other in a circle fails and names the circle', async () => {
    const declared = ['services:', '  one: {depends_on: [two]}', '  two: {depends_on: [one]}'].join('\n')
    const pushed = await pushing.push({ ...busyboxService('one', '1'), ...busyboxService('two', '1'), 'kyozo.yaml': declared })
    expect(pushed.output).toMatch(/circle: (one->two->one|two->one->two) \(kyozo\.yaml:2, kyozo\.yaml:3\)/)
    expect(await pushing.newestRelease(pushed.workspace)).toMatchObject({ state: 'failed', error_code: 'dependency_cycle' })
    await pushing.expectNothingRuns(pushed.workspace)
  })
})

describe('a compose file', () => {
  it('that is not valid fails with line and column', async () => {
    const pushed = await pushing.push(compose('services:', '  one:', '    build: ./one', '    prots: ["8080"]'))
    expect(pushed.output).toMatch(/compose\.yaml:4:5\b.*prots/)
    expect(await pushing.newestRelease(pushed.workspace)).toMatchObject({ state: 'failed' })
  })

  it('that asks for what the policy forbids is refused with everything it may not, and nothing is built', async () => {
    const lines = [
      '    privileged: true',
      '    pid: host',
      '    cap_add: [SYS_ADMIN]',
      '    volumes:',
      '      - /etc:/host',
      '      - /var/run/docker.sock:/s',
    ]
    const pushed = await pushing.push(compose('services:', '  one:', '    build: ./one', ...lines, '    network_mode: host'))
    for (const place of ['4:5', '5:5', '6:15', '8:9', '9:9', '10:5']) expect(pushed.output).toContain(`compose.yaml:${place}`)
    expect(pushed.output).not.toContain('Built')
    expect(await pushing.newestRelease(pushed.workspace)).toMatchObject({ state: 'failed', error_code: 'compose_refused' })
    await pushing.expectNothingRuns(pushed.workspace)
  })
})

describe('a symbolic link that leaves the repository', () => {
  it.each([
    ['in place of a Dockerfile', 'one/Dockerfile', { 'one/index.html': 'hello' }],
    ['in place of a package.json', 'web/package.json', { 'web/server.js': 'require("node:http").createServer().listen(3000)' }],
    [
      'in place of an env file',
      'one/.env',
      { 'compose.yaml': 'services:\n  one:\n    build: ./one\n    env_file: ./one/.env\n', ...busyboxService('one', '1') },
    ],
    ['in place of the compose file', 'compose.yaml', busyboxService('one', '1')],
    ['in place of kyozo.yaml', 'kyozo.yaml', busyboxService('one', '1')],
    ['inside a build context', 'one/leak', { 'one/Dockerfile': contextDockerfile() }],
    ['as a folder of a build context', 'one/files', { 'one/Dockerfile': contextDockerfile() }],
  ])('%s shows nothing of the host', async (_, link, files) => {
    const marker = `host-${randomBytes(12).toString('hex')}`
    const host = await mkdtemp(path.join(tmpdir(), 'kyozo-host-'))
    try {
      await writeFile(path.join(host, 'leak'), `MARKER=${marker}\nEXPOSE 8080\n`)
      const repository = await pushing.repository(files)
      await symlink(link.endsWith('/files') ? host : path.join(host, 'leak'), path.join(repository.folder, link))
      await repository.commit('Link')
      const workspace = pushing.freshName('link')
      const pushed = await repository.push(pushing.kyozo().remote(workspace), { options: ['verbose'] })
      expect(pushed.output).toMatch(/^[0-9a-f]{7} (is live|failed): /m)
      const answers = await Promise.all(['/', '/leak', '/files/leak'].map((at) => pushing.kyozo().ask(`one.${workspace}.localhost`, at)))
      const { data } = await pushing.kyozo().api('/releases?page[size]=1')
      const release = await pushing.kyozo().api<unknown>(`/releases/${data[0]!.id}`)
      for (const text of [
        pushed.output,
        JSON.stringify(release),
        pushing.kyozo().output(),
        JSON.stringify(answers),
        await describeContainers(workspace),
      ])
        expect(text).not.toContain(marker)
    } finally {
      await rm(host, { recursive: true })
    }
  })
})

describe('a size', () => {
  // Five gigabytes were tried by hand: the same words, 181 MB resident at most, 28 s for the push and 35 s for the commit.
  it('of more than git keeps in memory in one file fails in words and in bounded memory', async () => {
    const repository = await pushing.repository({ Dockerfile: 'FROM busybox:stable\nCOPY . /www\nCMD ["httpd", "-f"]\n' })
    const data = path.join(repository.folder, 'data.bin')
    await writeFile(data, '')
    await truncate(data, 600 * 1024 ** 2)
    await repository.commit('Data')
    const workspace = pushing.freshName('large')
    const memory = watchMemory(pushing.kyozo().pid())
    const pushed = await repository.push(pushing.kyozo().remote(workspace))
    expect(pushed.output).toContain('data.bin is larger than 256 MiB, more than one file of a build context may be')
    expect(pushed.output).toContain('.dockerignore')
    expect(await memory.highestBytes()).toBeLessThan(400 * 1024 ** 2)
  })

  it('of ten thousand million paths in a tree of a few objects fails in words and in bounded memory', async () => {
    const repository = await pushing.repository()
    const { output: blob } = await repository.git('hash-object', '-w', '/dev/null')
    let entry = `100644 blob ${blob.trim()}`
    for (let level = 0; level < 10; level++) {
      const names = Array.from({ length: 10 }, (_, name) => `${entry}\tn${name}\n`)
      entry = `040000 tree ${await gitWith(repository.folder, ['mktree'], names.join(''))}`
    }
    const commit = await gitWith(
      repository.folder,
      ['-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit-tree', entry.split(' ')[2]!],
      'Bomb',
    )
    await repository.git('update-ref', 'HEAD', commit)
    const memory = watchMemory(pushing.kyozo().pid())
    const pushed = await repository.push(pushing.kyozo().remote(pushing.freshName('bomb')))
    expect(pushed.output).toContain('the commit holds more than 200000 paths')
    expect(await memory.highestBytes()).toBeLessThan(500 * 1024 ** 2)
  })

  it('of a hundred and one services fails and says how many may be', async () => {
    const files = Array.from({ length: 101 }, (_, number) => busyboxService(`s${number}`, '1'))
    const pushed = await pushing.push(Object.assign({}, ...files))
    expect(pushed.output).toMatch(/101 services.*at most 100/)
    await pushing.expectNothingRuns(pushed.workspace)
  })

  it('of nothing at all is no failure', async () => {
    const pushed = await pushing.push({})
    expect(pushed.output).toContain('Nothing to deploy')
    expect(await pushing.newestRelease(pushed.workspace)).toMatchObject({ state: 'live' })
  })
})

it('a Dockerfile that copies what is not there fails with the step and the name', async () => {
  const pushed = await pushing.push({ 'one/Dockerfile': 'FROM busybox:stable\nCOPY dist/ /www\nCMD ["httpd", "-f"]\n' })
  expect(await pushing.newestRelease(pushed.workspace)).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(
      /^one did not build: \[2\/2\] COPY dist\/ \/www: dist is not in the build context\. Nothing was serving before$/,
    ),
  })
})

function contextDockerfile(): string {
  return ['FROM busybox:stable', 'COPY . /www', 'USER 10001', 'EXPOSE 8080', 'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]', ''].join(
    '\n',
  )
}

/** What the engine knows and what the containers said. */
async function describeContainers(workspace: string): Promise<string> {
  const { stdout } = await run('docker', ['container', 'ls', '--all', '--quiet', '--filter', `label=kyozo.workspace=${workspace}`])
  const ids = stdout.split('\n').filter(Boolean)
  const told = await Promise.all(ids.flatMap((id) => [run('docker', ['inspect', id]), run('docker', ['logs', id])]))
  return told.map((one) => one.stdout + one.stderr).join('\n')
}

function gitWith(folder: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { cwd: folder }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())))
    child.stdin?.end(input)
  })
}

/** Looks at a process's resident memory until asked for the highest. */
function watchMemory(pid: number) {
  let highest = 0
  let isOver = false
  const watching = until(
    'the end of watching',
    async () => {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
      highest = Math.max(highest, Number(kilobytes) * 1024)
      return isOver
    },
    { deadlineMs: 300_000 },
  )
  return {
    async highestBytes(): Promise<number> {
      isOver = true
      await watching
      return highest
    },
  }
}
