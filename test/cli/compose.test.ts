// `kyozo compose` on a laptop, where no server remembers what kyozo had generated: the repository's history does.
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { runKyozo } from './run-kyozo.ts'

const site = {
  'kyozo.yaml': 'services:\n  web: {path: web}\n',
  'web/Dockerfile': 'FROM nginx:1.28-alpine\nCOPY . /usr/share/nginx/html\nEXPOSE 80\n',
  'web/index.html': '<h1>Hello</h1>\n',
}

let repository: TestRepository
let file: string

beforeEach(async () => {
  repository = await createRepository({ files: site })
  file = path.join(repository.folder, 'compose.kyozo.yaml')
})

afterEach(() => repository.remove())

const compose = (...options: string[]) => runKyozo(['compose', repository.folder, ...options])
const read = () => readFile(file, 'utf8')

async function change(from: string, to: string): Promise<void> {
  const text = await read()
  expect(text).toContain(from)
  await writeFile(
    file,
    text.replace(from, () => to),
  )
}

async function writeAndCommit(): Promise<void> {
  expect((await compose('--write')).exitCode).toBe(0)
  await repository.commit('Add compose.kyozo.yaml')
}

describe('compose', () => {
  it('keeps what people changed when it writes the file anew, with their comments, and says so', async () => {
    await writeAndCommit()
    await change('memory: 128m', 'memory: 700m # for the holidays')
    await repository.commit('More memory', { 'kyozo.yaml': 'services:\n  web: {path: web, env: {GREETING: hello}}\n' })
    expect((await compose('--check')).exitCode).toBe(2)
    const written = await compose('--write')
    expect([written.exitCode, written.stdout]).toEqual([0, ''])
    expect(written.stderr).toMatch(/Kept: line \d+, services\.web\.deploy\.resources\.limits\.memory: 700m instead of 128m\n/)
    const text = await read()
    expect(text).toContain('          memory: 700m # for the holidays\n')
    expect(text).toContain('      GREETING: hello\n')
    expect((await compose('--check')).exitCode).toBe(0)
    expect((await compose()).stdout).toBe(text)
    expect((await runKyozo(['plan', repository.folder, '--json'])).stdout).toContain('"kind": "start"')
  })

  it('decides nothing that both sides have changed: it lists it and ends with 1, until somebody says whose it is', async () => {
    await writeAndCommit()
    await change('memory: 128m', 'memory: 700m')
    await repository.commit('Both', { 'kyozo.yaml': 'services:\n  web: {path: web, resources: {memory: 600Mi}}\n' })
    const before = await read()
    const undecided = await compose('--write')
    expect([undecided.exitCode, undecided.stdout]).toEqual([1, ''])
    expect(undecided.stderr).toMatch(
      /Both you and kyozo have changed in compose\.kyozo\.yaml:\nservices\.web\.deploy\.resources\.limits\.memory\n {2}you have: 700m \(line \d+ of the file\)\n {2}kyozo had written: 128m \(line \d+ of what it had generated\)\n {2}kyozo generates: 600m \(line \d+ of what it generates now\)\n/,
    )
    expect(await read()).toBe(before)
    expect((await compose('--check')).exitCode).toBe(2)
    expect((await compose('--write', '--conflicts', 'keep')).exitCode).toBe(0)
    expect(await read()).toContain('memory: 700m')
    await writeFile(file, before)
    expect((await compose('--write', '--conflicts', 'take')).exitCode).toBe(0)
    expect(await read()).toContain('memory: 600m')
    expect((await compose('--check')).exitCode).toBe(0)
  })

  it('brings a file up to date that nobody has changed, without any history', async () => {
    await compose('--write')
    await rm(path.join(repository.folder, '.git'), { recursive: true })
    await writeFile(path.join(repository.folder, 'kyozo.yaml'), 'services:\n  web: {path: web, resources: {memory: 600Mi}}\n')
    expect((await compose('--write')).exitCode).toBe(0)
    expect(await read()).toContain('memory: 600m')
  })

  it('changes nothing in a file whose past is lost, and adds what it lacks', async () => {
    await compose('--write')
    await change('memory: 128m', 'memory: 700m')
    await rm(path.join(repository.folder, '.git'), { recursive: true })
    await writeFile(path.join(repository.folder, 'kyozo.yaml'), 'services:\n  web: {path: web, env: {A: b}, resources: {memory: 600Mi}}\n')
    expect((await compose('--write')).exitCode).toBe(0)
    const text = await read()
    expect(text).toContain('memory: 700m')
    expect(text).toContain('      A: b\n')
  })

  it('refuses what may not be said in the file, and prints what kyozo generates all the same', async () => {
    await writeAndCommit()
    await change('    init: true\n', '    init: true\n    privileged: true\n')
    const refused = await compose('--write')
    expect(refused.exitCode).toBe(6)
    expect(refused.stderr).toMatch(/compose\.kyozo\.yaml:\d+:5 services\.web\.privileged: /)
    const printed = await compose('--without-edits')
    expect([printed.exitCode, printed.stdout.includes('privileged')]).toEqual([0, false])
    expect((await compose('--without-edits', '--write')).exitCode).toBe(3)
  })

  it('writes over no file that it has not read', async () => {
    await writeAndCommit()
    await change('memory: 128m', 'memory: 700m')
    const edited = await read()
    expect((await compose('--ref', 'HEAD', '--write')).stderr).toContain('is another file than the one that was read')
    await repository.commit('Hide', { '.gitignore': 'compose.kyozo.yaml\n' })
    await repository.git('rm', '--quiet', '--cached', 'compose.kyozo.yaml')
    await repository.commit('Forget')
    expect((await compose('--write')).exitCode).not.toBe(0)
    expect(await read()).toBe(edited)
  })

  it('is as kyozo wrote it after a commit that changes only code', async () => {
    await writeAndCommit()
    const before = await read()
    await repository.commit('Say more', { 'web/index.html': '<h1>Good day</h1>\n', 'web/more.html': '<p>more</p>\n' })
    expect((await compose('--check')).exitCode).toBe(0)
    expect((await compose('--write')).stderr).toContain('is as it should be')
    expect(await read()).toBe(before)
  })
})
