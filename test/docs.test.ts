// The documents keep what they promise: links lead somewhere, the example is valid, and no variable is missing.
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parseDeclaration } from '../src/topology/declaration/declaration.ts'

const root = path.join(import.meta.dirname, '..')
const inDocs = await readdir(path.join(root, 'docs'), { recursive: true })
const names = ['README.md', ...inDocs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
const documents = await Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(root, name), 'utf8') })))

function textOf(name: string): string {
  return documents.find((document) => document.name === name)!.text
}

it('every link between the documents leads to a file and a heading that exist', async () => {
  const broken: string[] = []
  for (const { name, text } of documents) {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file, heading] = target!.split('#')
      const at = file === '' ? path.join(root, name) : path.resolve(root, path.dirname(name), file!)
      const isThere = await stat(at).then(
        () => true,
        () => false,
      )
      if (!isThere || (heading !== undefined && !anchorsOf(await readFile(at, 'utf8')).includes(heading))) broken.push(`${name}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

/** Headings as Git hosts name them in links. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it('the kyozo.yaml of the README is valid', () => {
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(textOf('README.md'))!
  expect(Object.keys(parseDeclaration(yaml!).declaration)).toEqual(['services', 'ignore', 'environments', 'backing'])
})

async function schemaOfVariables(): Promise<string> {
  const files = ['src/config.ts', 'src/config-forges.ts'].map((file) => readFile(path.join(root, file), 'utf8'))
  return (await Promise.all(files)).join('\n')
}

it('operating.md has every variable that the configuration reads', async () => {
  const config = await schemaOfVariables()
  const variables = [...config.matchAll(/^ {2}(KYOZO_\w+|DATABASE_URL|DOCKER_HOST):/gm)].map(([, variable]) => variable!)
  expect(variables.length).toBeGreaterThan(15)
  expect(variables.filter((variable) => !textOf('docs/operating.md').includes(`\`${variable}\``))).toEqual([])
})

it('docker-compose.yml hands every variable of the configuration on, but for those that it decides', async () => {
  const config = await schemaOfVariables()
  const compose = await readFile(path.join(root, 'docker-compose.yml'), 'utf8')
  const decided = ['KYOZO_DATA_DIR', 'KYOZO_ROLE']
  const variables = [...config.matchAll(/^ {2}(KYOZO_\w+):/gm)]
    .map(([, variable]) => variable!)
    .filter((variable) => !decided.includes(variable))
  expect(variables.filter((variable) => !compose.includes(`      ${variable}: `))).toEqual([])
})
