// A small repository, the stack of it, and the same with an edited compose.kyozo.yaml.
import path from 'node:path'
import { committedFile } from '../../../src/stack/committed/file.ts'
import { type SourceContext, type Specified, specifyFromSource } from '../../../src/stack/from-source.ts'
import { loadTemplates } from '../../../src/templates.ts'
import { type MemoryFiles, sourceTree } from '../../support/source-tree.ts'

const templates = await loadTemplates(path.join(import.meta.dirname, '../../../templates'))
const identity = { instance: 'i', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }

export const shop: MemoryFiles = {
  'api/package.json': JSON.stringify({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '5', pg: '8' } }),
  'api/package-lock.json': '{}',
  'api/server.js':
    "import express from 'express'\nimport pg from 'pg'\nnew pg.Pool({ connectionString: process.env.DATABASE_URL })\nconst app = express()\napp.get('/healthz', ok)\napp.listen(3000)\n",
  'api/.env.example': 'DATABASE_URL=\n',
  'mailer/Dockerfile': 'FROM busybox:1.37\nCOPY mail.sh /\nUSER 1000\nEXPOSE 2525\nCMD ["sh", "/mail.sh"]\n',
  'mailer/mail.sh': 'nc -lk -p 2525\n',
}

export function specify(files: MemoryFiles = shop, context: Partial<SourceContext> = {}): Specified {
  return specifyFromSource(sourceTree(files), { templates, identity, revision: 'abc', release: 'r', generation: 1, ...context })
}

/** The file as kyozo writes it into the repository. */
export const written = specify().committed.generated

/** With parts of it replaced, the first place of each; each must be there. */
export function edited(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`compose.kyozo.yaml does not hold ${JSON.stringify(from)}:\n${text}`)
    return text.replace(from, () => to)
  }, written)
}

export function specifyWith(text: string, context: Partial<SourceContext> = {}): Specified {
  return specify({ ...shop, [committedFile]: text }, { committed: { last: written }, ...context })
}

/** Number of the first line that holds it. */
export function lineOf(text: string, words: string): number {
  return text.split('\n').findIndex((line) => line.includes(words)) + 1
}
