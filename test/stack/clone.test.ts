import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { runChild } from '../../src/child.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import { composeModel, type Files, modelService, serviceSpec, stackInput, topology } from './support.ts'

// These run the document as a person does who has a clone and no kyozo: real builds, real containers, real health checks.
const clones: string[] = []

afterEach(async () => {
  for (const clone of clones.splice(0)) {
    await compose(clone, ['down', '--volumes', '--rmi', 'local', '--timeout', '1'])
    await rm(clone, { recursive: true, force: true })
  }
}, 120_000)

const files: Files = {
  Dockerfile: 'FROM busybox:1.37\nCOPY index.html /www/\nUSER 1000\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
  'index.html': 'a clone answers\n',
  'conf/motd': 'hello $USER\n',
}

it('a clone runs the document as it is: a folder, a database and a cache, each with no more rights than it needs', async () => {
  const needs = (service: string, variable: string, template: string) => ({
    service,
    kind: 'requires' as const,
    connection: { variable, template },
    evidence: [],
  })
  const web = serviceSpec({
    name: 'web',
    path: '.',
    type: 'containerized',
    port: 8080,
    build: { kind: 'dockerfile', dockerfile: 'Dockerfile', context: '.' },
    health: { kind: 'exec', command: ['wget', '-q', '-O', '-', 'http://127.0.0.1:8080/'] },
    dependsOn: [
      needs('postgres', 'DATABASE_URL', 'postgres://{user}:{password}@{host}:{port}/{database}'),
      needs('redis', 'REDIS_URL', 'redis://{host}:{port}'),
    ],
  })
  const backing = [
    { name: 'postgres', kind: 'postgres', evidence: [] },
    { name: 'redis', kind: 'redis', evidence: [] },
  ] as const
  const { documentText } = specifyStack(stackInput({ files, topology: topology({ services: [web], backing }) }))
  const clone = await makeClone({ ...files, 'compose.kyozo.yaml': documentText })
  await mustRun(clone, ['up', '--build', '--wait', '--pull', 'never'])
  const address = (await mustRun(clone, ['port', 'web', '8080'])).trim()
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(await (await fetch(`http://${address}/`)).text()).toBe('a clone answers\n')
  const query = ['psql', 'postgres://app:local-only@postgres:5432/app', '-Atc', 'select current_user']
  expect(await mustRun(clone, ['exec', '-T', 'postgres', ...query])).toBe('app\n')
  expect(await mustRun(clone, ['exec', '-T', 'web', 'env'])).toContain('DATABASE_URL=postgres://app:local-only@postgres:5432/app\n')
  expect(await mustRun(clone, ['exec', '-T', 'redis', 'redis-cli', 'set', 'a', '1'])).toBe('OK\n')
}, 180_000)

it("a clone runs a user's own compose file with the files that it mounts in the image, read-only and unread by anybody on the way", async () => {
  const model = composeModel('compose.yaml', {
    app: modelService({
      image: 'busybox:1.37',
      command: ['sh', '-c', 'cat /etc/motd /etc/other && ls -ln /etc/motd /etc/other && test ! -w / && echo read-only'],
      isReadOnly: true,
      user: '1000:1000',
      restart: 'no',
      mounts: [
        { kind: 'file', source: 'conf/motd', target: '/etc/motd', content: files['conf/motd'] ?? '' },
        { kind: 'file', target: '/etc/other', content: 'END\n$HOME `id` \\\n"x"', mode: '0444', uid: '7', gid: '8' },
      ],
    }),
  })
  const { documentText } = specifyStack(stackInput({ files, composeModels: [model] }))
  const clone = await makeClone({ ...files, 'compose.kyozo.yaml': documentText })
  await mustRun(clone, ['up', '--build', '--pull', 'never'])
  const log = await mustRun(clone, ['logs', '--no-log-prefix', '--no-color'])
  expect(log.split('\n')).toEqual([
    'hello $USER',
    'END',
    '$HOME `id` \\',
    '"x"',
    expect.stringMatching(/^-rw-r--r-- +1 0 +0 .*\/etc\/motd$/),
    expect.stringMatching(/^-r--r--r-- +1 7 +8 .*\/etc\/other$/),
    'read-only',
    '',
  ])
}, 180_000)

async function makeClone(contents: Files): Promise<string> {
  const clone = await mkdtemp(join(tmpdir(), 'kyozo-clone-'))
  clones.push(clone)
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(clone, path)), { recursive: true })
    await writeFile(join(clone, path), text)
  }
  return clone
}

function compose(clone: string, args: readonly string[]) {
  const project = basename(clone).toLowerCase()
  return runChild({
    program: 'docker',
    args: ['compose', '-p', project, '-f', 'compose.kyozo.yaml', ...args],
    cwd: clone,
    env: { HOME: clone },
    deadlineMs: 120_000,
  })
}

async function mustRun(clone: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await compose(clone, args)
  if (exitCode !== 0) {
    const logs = await compose(clone, ['logs', '--no-color', '--tail', '20'])
    throw new Error(`docker compose ${args.join(' ')} ended with ${exitCode}:\n${stderr}\n${logs.stdout.toString('utf8')}`)
  }
  return stdout.toString('utf8')
}
