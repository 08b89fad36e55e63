import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { SourceTree } from '../../src/git/source-tree.ts'
import { renderTemplate } from '../../src/stack/render-template.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import type { StackSpec } from '../../src/stack/stack.ts'
import type { Template } from '../../src/stack/template.ts'
import { loadTemplates } from '../../src/templates.ts'
import { analyze } from '../../src/topology/analyze.ts'
import { sourceTree } from '../support/source-tree.ts'
import { composeConfig, schemaProblems } from './compose-tool.ts'
import { stackInput } from './support.ts'

// The real shop through the real detectors and templates.
const folder = join(import.meta.dirname, '../../fixtures/repositories/shop')
let files: Readonly<Record<string, string>>
let templates: readonly Template[]

beforeAll(async () => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  files = Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)))
  templates = await loadTemplates()
})

function specify(changes: Readonly<Record<string, string>> = {}): StackSpec {
  const tree: SourceTree = sourceTree({ ...files, ...changes })
  return specifyStack(stackInput({ tree, templates, render: renderTemplate, topology: analyze(tree, { rootName: 'shop' }) }))
}

function rebuilt(changes: Readonly<Record<string, string>>): string[] {
  const before = new Map(specify().services.map(({ name, configHash }) => [name, configHash]))
  return specify(changes)
    .services.filter(({ name, configHash }) => before.get(name) !== configHash)
    .map(({ name }) => name)
    .sort()
}

function edited(path: string, comment: string): Readonly<Record<string, string>> {
  return { [path]: `${files[path]}\n${comment}\n` }
}

it('is a valid stack in which everybody finds everybody', async () => {
  const spec = specify()
  expect(schemaProblems(spec.document)).toEqual([])
  const { services } = await composeConfig({ documents: [spec.documentText, spec.overlayText] })
  expect(Object.keys(services).sort()).toEqual(['api', 'catalog', 'mailer', 'orders', 'postgres', 'redis', 'web', 'worker'])
  expect(services.api?.environment).toMatchObject({ DATABASE_URL: 'postgres://app:local-only@postgres:5432/app' })
})

it('keeps its document when only code changes, wherever', () => {
  const code = Object.keys(files).filter((path) => /\.(js|py|go|css|md)$/.test(path))
  const changes = Object.assign({}, ...code.map((path) => edited(path, path.endsWith('.py') ? '# more' : '// more'))) as Record<
    string,
    string
  >
  expect(code.length).toBeGreaterThan(10)
  expect(specify(changes).documentText).toBe(specify().documentText)
})

it.each([
  ['services/api/src/server.js', '// more', ['api']],
  ['services/worker/main.py', '# more', ['worker']],
  ['services/catalog/main.go', '// more', ['catalog']],
  ['services/mailer/mailer.py', '# more', ['mailer']],
  ['web/assets/app.js', '// more', ['web']],
  ['packages/shared/src/money.js', '// more', ['api', 'orders']],
  ['docs/operations.md', 'more', []],
  ['README.md', 'more', []],
])('a change of %s is one of exactly the services that read it', (path, comment, expected) => {
  expect(rebuilt(edited(path, comment))).toEqual(expected)
})
