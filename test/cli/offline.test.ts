// The commands that need neither a server nor an engine: what they print where, and how they end.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { runKyozo } from './run-kyozo.ts'

const site = { 'web/index.html': '<h1>Hello</h1>\n', 'docs/guide.md': '# Guide\n' }
let repository: TestRepository
let folder: string

beforeAll(async () => {
  repository = await createRepository({ files: site })
  folder = repository.folder
})

afterAll(() => repository.remove())

describe('analyze', () => {
  it('prints a table for people on standard output and nothing on standard error', async () => {
    const { exitCode, stdout, stderr } = await runKyozo(['analyze', folder])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^strategy: single_service\n\nname +path +type .*\nweb +web +static_site /)
  })

  it('--json prints one document with the contract’s keys', async () => {
    const { exitCode, stdout } = await runKyozo(['analyze', folder, '--json'])
    const document = JSON.parse(stdout)
    expect(exitCode).toBe(0)
    expect(Object.keys(document)).toEqual(
      expect.arrayContaining(['schemaVersion', 'revision', 'files', 'durationMs', 'strategy', 'services', 'folders', 'recommendations']),
    )
    expect(document.services.map(({ name, path: at, type }: Record<string, string>) => ({ name, at, type }))).toEqual([
      { name: 'web', at: 'web', type: 'static_site' },
    ])
  })

  it('answers the same for the work tree, a commit and the bare repository', async () => {
    const answers = await Promise.all(
      [[folder], [folder, '--ref', 'HEAD'], [path.join(folder, '.git')]].map(async (args) => {
        const { durationMs: _, ...document } = JSON.parse((await runKyozo(['analyze', ...args, '--json'])).stdout)
        return document
      }),
    )
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  it('a folder that is not there ends with 5 and says so on standard error', async () => {
    expect(await runKyozo(['analyze', '/nowhere'])).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: 'kyozo: /nowhere is not a folder\n  name a Git work tree, a bare repository or a plain folder\n',
    })
  })

  it('a kyozo.yaml that is wrong ends with 3 and names line and column', async () => {
    const broken = await createRepository({ files: { ...site, 'kyozo.yaml': 'services:\n  web:\n    prot: 80\n' } })
    const { exitCode, stdout, stderr } = await runKyozo(['analyze', broken.folder])
    await broken.remove()
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
    expect(stderr).toContain('kyozo.yaml:3:5: services.web has no key "prot"')
  })
})

describe('explain', () => {
  it('says what a service is, by whose evidence', async () => {
    const { exitCode, stdout } = await runKyozo(['explain', 'web'], { cwd: folder })
    expect(exitCode).toBe(0)
    const [answer, ...rest] = stdout.split('\n\n')
    expect(answer?.split('\n')).toEqual([
      expect.stringMatching(/^web is the service web: static_site, port 8080, built from the template static_site, \d+% sure$/),
      "  port        8080  ← the port of kyozo's server of files (web/index.html:1)",
      '  health      GET /  ← its first page (web/index.html:1)',
      '  resources   128Mi of memory, 0.25 cores  ← usual for static_site (web/index.html:1)',
    ])
    expect(rest.join('\n\n')).toMatch(/^Static site: \d+% sure\n {2}\+0\.\d\d {2}index\.html \(web\/index\.html:1\)/m)
  })

  it('says why a folder is no service, and how to make it one', async () => {
    const { stdout } = await runKyozo(['explain', path.join(folder, 'docs')])
    expect(stdout).toContain('docs is no service: docs\n  named like documentation (docs)\n')
    expect(stdout).toContain('say so in kyozo.yaml: services: {docs: {path: "docs"}}')
  })

  it('explains a file’s folder, and as JSON with every detector', async () => {
    const { stdout } = await runKyozo(['explain', path.join(folder, 'web/index.html'), '--json'])
    const document = JSON.parse(stdout)
    expect({ path: document.path, kind: document.answer.kind, surest: document.detectors[0].type }).toEqual({
      path: 'web',
      kind: 'service',
      surest: 'static_site',
    })
    expect(document.detectors.map((reading: { hasLooked: boolean }) => reading.hasLooked)).toContain(false)
  })

  it('a path that the repository does not have ends with 5', async () => {
    const { exitCode, stderr } = await runKyozo(['explain', path.join(folder, 'nowhere')])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 5,
      stderr: 'kyozo: the commit has no nowhere\n  name a folder or file of the repository, as committed\n',
    })
  })
})

describe('plan and diff', () => {
  it('plan prints every step with its cause, and --exit-code ends with 2', async () => {
    const { exitCode, stdout } = await runKyozo(['plan', folder, '--exit-code'])
    expect(exitCode).toBe(2)
    expect(stdout.replace(/kyozo-repository-\w+|:[0-9a-f]{24}/gi, '…')).toBe(
      'build web as kyozo/…/web…: first release\ncreate network default: kyozo-…-production has none yet\nstart web: first release\n',
    )
  })

  it('diff with nothing changed ends with 0, and with a changed service with 2 and its reason', async () => {
    const same = await runKyozo(['diff', '--dir', folder])
    expect(same.exitCode).toBe(0)
    expect(same.stdout).toMatch(/^keep web: nothing that it reads changed/)

    const first = (await repository.git('rev-parse', 'HEAD')).output.trim()
    await repository.commit('Greet', { 'web/index.html': '<h1>Good day</h1>\n' })
    const changed = await runKyozo(['diff', `${first}..HEAD`, '--dir', folder])
    expect(changed.exitCode).toBe(2)
    expect(changed.stdout).toContain('replace web beside the old one: web/index.html changed')
    expect(JSON.parse((await runKyozo(['diff', `${first}..HEAD`, '--dir', folder, '--json'])).stdout).schemaVersion).toBe(1)
  })

  it('diff asks about the whole repository from any folder of it, and since two commits parted between three dots', async () => {
    const main = (await repository.git('rev-parse', '--abbrev-ref', 'HEAD')).output.trim()
    await repository.git('checkout', '-q', '-b', 'aside')
    await repository.commit('Say more', { 'web/more.html': '<p>more</p>\n' })
    await repository.git('checkout', '-q', main)
    await repository.commit('Say note', { 'web/note.html': '<p>note</p>\n' })
    const parted = await runKyozo(['diff', `${main}...aside`, '--dir', `${folder}/web`])
    expect([parted.exitCode, parted.stdout]).toEqual([2, expect.stringContaining('web/more.html is new')])
    expect(parted.stdout).not.toContain('note.html')
  })

  it('a range that is none ends with 3, an unknown commit with 5', async () => {
    expect((await runKyozo(['diff', 'a..b..c', '--dir', folder])).exitCode).toBe(3)
    expect((await runKyozo(['plan', folder, '--ref', 'nowhere'])).exitCode).toBe(5)
  })
})

describe('compose', () => {
  it('--check ends with 2 until --write has written what compose prints', async () => {
    const fresh = await createRepository({ files: site })
    const before = await runKyozo(['compose', fresh.folder, '--check'])
    const printed = await runKyozo(['compose', fresh.folder])
    const written = await runKyozo(['compose', fresh.folder, '--write'])
    const after = await runKyozo(['compose', fresh.folder, '--check'])
    const file = await readFile(path.join(fresh.folder, 'compose.kyozo.yaml'), 'utf8')
    await fresh.remove()
    expect([before, written, after].map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual([
      { exitCode: 2, stdout: '' },
      { exitCode: 0, stdout: '' },
      { exitCode: 0, stdout: '' },
    ])
    expect(before.stderr).toContain('does not exist; kyozo compose --write makes it')
    expect(file).toBe(printed.stdout)
  })
})

describe('doctor, schema and usage', () => {
  it('doctor finds this machine well, and says it as one JSON document', async () => {
    const { stdout } = await runKyozo(['doctor', '--json'], { env: { KYOZO_DATA_DIR: folder, KYOZO_PORT: '0' } })
    const { schemaVersion, findings } = JSON.parse(stdout)
    expect(schemaVersion).toBe(1)
    expect(findings.map((finding: { name: string }) => finding.name)).toEqual([
      'Node',
      'git',
      'Docker engine',
      'data directory',
      'disk',
      'port',
      'PostgreSQL',
      'service names',
      'Git hosts',
    ])
  })

  it('doctor ends with 1 and names the fix when something is missing', async () => {
    const { exitCode, stdout } = await runKyozo(['doctor'], {
      env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', KYOZO_DATA_DIR: folder, KYOZO_GITHUB_WEBHOOK_SECRET: 'only-the-secret' },
    })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^NOT OK +PostgreSQL /m)
    expect(stdout).toMatch(/^NOT OK +Git hosts +deliveries of github are accepted, but no token is set\n +fix: set KYOZO_GITHUB_TOKEN/m)
  })

  it('schema prints the JSON Schema of kyozo.yaml', async () => {
    const schema = JSON.parse((await runKyozo(['schema'])).stdout)
    expect(schema.title).toBe('kyozo.yaml')
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['services', 'ignore', 'environments', 'secrets', 'previews', 'commit_back', 'backing']),
    )
  })

  it('help and the version end with 0, wrong usage and wrong variables with 3', async () => {
    expect((await runKyozo(['--help'])).exitCode).toBe(0)
    expect(await runKyozo(['--version'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(await runKyozo(['anlyze'])).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringContaining('Did you mean analyze?') })
    expect(await runKyozo(['doctor'], { env: { KYOZO_PORT: 'many' } })).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringContaining('KYOZO_PORT'),
    })
  })

  it('a server that is not there ends with 1 and says how to start it', async () => {
    expect(await runKyozo(['status', '--server', 'http://127.0.0.1:1'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'kyozo: kyozo did not answer at http://127.0.0.1:1\n  start it with npm start, or give its address with --server\n',
    })
  })
})
