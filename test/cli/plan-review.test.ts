// `kyozo plan` before a push: what the pull request will say, from a clone and without a server.
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { type Ran, runKyozo } from './run-kyozo.ts'

const files = { 'web/index.html': '<h1>Hello</h1>\n', 'docs/guide.md': '# Guide\n' }
let origin: TestRepository
let clone: string

beforeAll(async () => {
  origin = await createRepository({ files })
  clone = `${origin.folder}-clone`
  await origin.git('clone', '--quiet', origin.folder, clone)
  await inClone('checkout', '--quiet', '-b', 'feature')
})

afterAll(async () => {
  await rm(clone, { recursive: true, force: true })
  await origin.remove()
})

const inClone = (...args: readonly string[]) => origin.git('-C', clone, ...args)
const plan = (...args: readonly string[]) => runKyozo(['plan', clone, ...args])

/** Commits in the clone, runs, and takes the commits back. */
async function withChange(changes: Readonly<Record<string, string>>, run: () => Promise<void>): Promise<void> {
  for (const [file, text] of Object.entries(changes)) await writeFile(path.join(clone, file), text)
  await inClone('add', '--all')
  await inClone('commit', '--quiet', '-m', 'Change')
  try {
    await run()
  } finally {
    await inClone('reset', '--quiet', '--hard', 'origin/main')
  }
}

function answerOf({ exitCode, stdout, stderr }: Ran) {
  return { exitCode, stderr, stdout: stdout.replace(/:[0-9a-f]{24}\b/g, ':…').replace(/kyozo\/[\w-]+\//g, 'kyozo/…/') }
}

describe('plan in a clone', () => {
  it('says what merging the branch would do to the default branch of its origin', async () => {
    await withChange({ 'web/index.html': '<h1>Good day</h1>\n' }, async () => {
      expect(answerOf(await plan('--exit-code'))).toEqual({
        exitCode: 2,
        stderr: '',
        stdout: [
          '1 service changes: web rebuilt',
          '',
          '  web  rebuilt  web/index.html changed',
          '',
          'web, 60% sure',
          '  web/index.html changed',
          '',
          'Steps of a release',
          '  build web as kyozo/…/web:…: web/index.html changed',
          '  replace web beside the old one: web/index.html changed',
          '',
        ].join('\n'),
      })
    })
  })

  it('says it of files that nobody has committed yet, and of any folder of the repository when it is asked', async () => {
    await origin.git('-C', clone, 'rm', '--quiet', '-r', 'web')
    const asked = await runKyozo(['plan', path.join(clone, 'docs'), '--base', 'main'])
    await inClone('reset', '--quiet', '--hard', 'origin/main')
    expect(asked.stdout).toMatch(/^1 service changes: web removed\n/)
  })

  it('ends with 0 where no service changes', async () => {
    await withChange({ 'docs/guide.md': '# The guide\n' }, async () => {
      expect(answerOf(await plan('--exit-code'))).toEqual({ exitCode: 0, stderr: '', stdout: 'No service changes\n\n  1 unchanged: web\n' })
    })
  })

  it('compares with where the branch began, whatever came to the base since', async () => {
    await withChange({ 'web/index.html': '<h1>Later</h1>\n' }, async () => {
      await inClone('branch', '--quiet', 'later')
      await inClone('reset', '--quiet', '--hard', 'HEAD~1')
      await writeFile(path.join(clone, 'docs/guide.md'), '# Mine\n')
      expect((await plan('--base', 'later')).stdout).toMatch(/^No service changes\n/)
    })
  })

  it('plans a first release, as ever, where there is no change to review', async () => {
    const { exitCode, stdout } = await plan('--exit-code')
    expect([exitCode, stdout.split('\n').at(-2)]).toEqual([2, 'start web: first release'])
    expect(JSON.parse((await plan('--json')).stdout)).not.toHaveProperty('review')
  })

  it('--markdown is what the pull request shows', async () => {
    await withChange({ 'web/index.html': '<h1>Bye</h1>\n' }, async () => {
      const { stdout } = await plan('--markdown')
      expect(stdout).toMatch(
        /^### 1 service changes: web rebuilt\n\n- \*\*web\*\* rebuilt: web\/index\.html changed\n\n<details><summary>Topology/,
      )
    })
    expect((await plan('--markdown')).stdout).toMatch(/^### First release of 1 service: web\n/)
  })

  it('--json has the review beside the steps: of a first release, and of the change where a base was named', async () => {
    await withChange({ 'web/index.html': '<h1>Bye</h1>\n' }, async () => {
      const kinds = (document: { operations: { kind: string }[] }) => [...new Set(document.operations.map(({ kind }) => kind))]
      const found = JSON.parse((await plan('--json')).stdout)
      expect([found.schemaVersion, found.base.ref, kinds(found)]).toEqual([1, 'origin/main', ['build', 'create_network', 'start']])
      expect(found.review.services[0]).toMatchObject({ name: 'web', kind: 'rebuilt', cause: 'web/index.html changed' })
      const named = JSON.parse((await plan('--json', '--base', 'origin/main')).stdout)
      expect(kinds(named)).toEqual(['build', 'replace_beside'])
    })
  })
})

describe('a base that cannot be compared with', () => {
  it('and that nobody named keeps nobody from a plan', async () => {
    const shallow = `${origin.folder}-shallow`
    const old = (await origin.git('rev-parse', 'HEAD')).output.trim()
    for (const word of ['Later', 'Still later']) await origin.commit(word, { 'docs/later.md': `# ${word}\n` })
    await origin.git('clone', '--quiet', '--depth', '1', `file://${origin.folder}`, shallow)
    await origin.git('-C', shallow, 'fetch', '--quiet', '--depth', '1', 'origin', old)
    await origin.git('-C', shallow, 'checkout', '--quiet', 'FETCH_HEAD')
    const [found, named] = [await runKyozo(['plan', shallow]), await runKyozo(['plan', shallow, '--base', 'origin/main'])]
    await rm(shallow, { recursive: true, force: true })
    expect([found.exitCode, found.stdout]).toEqual([0, expect.stringMatching(/^build web as/)])
    expect(found.stderr).toMatch(/^where origin\/main and HEAD parted is not known here: .*; nothing is compared\n$/)
    expect([named.exitCode, named.stdout, named.stderr]).toEqual([5, '', expect.stringContaining('git fetch --unshallow')])
  })

  it('is said, and what mends it is a first release', async () => {
    await withChange({ 'kyozo.yaml': 'services:\n  web:\n    prot: 80\n' }, async () => {
      await inClone('branch', '--quiet', '--force', 'broken', 'HEAD')
      await inClone('rm', '--quiet', 'kyozo.yaml')
      await inClone('commit', '--quiet', '-m', 'Mend')
      const { exitCode, stdout, stderr } = await plan('--base', 'broken')
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^First release of 1 service: web\n/)])
      expect(stderr).toMatch(
        /^broken at [0-9a-f]{7} cannot be run, so nothing is compared with it: kyozo\.yaml:3:5: services\.web has no key "prot"/,
      )
    })
  })

  it('ends with 5 when there is none of that name, and with 3 beside another comparison', async () => {
    expect((await plan('--base', 'nowhere')).exitCode).toBe(5)
    expect((await plan('--base', 'main', '--against', 'main')).exitCode).toBe(3)
  })
})
