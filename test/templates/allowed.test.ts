// Kyozo's own Dockerfiles pass the gate before a build: both those that the golden tests render, and every line that a template holds.
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { assertDockerfilesAllowed } from '../../src/topology/dockerfile/assert-allowed.ts'
import { checkDockerfile } from '../../src/topology/dockerfile/check-dockerfile.ts'

const templates = new URL('../../templates/', import.meta.url)
const golden = new URL('golden/', import.meta.url)
const rendered = (await readdir(golden)).filter((name) => name.endsWith('.Dockerfile')).sort()
const sources = (await readdir(templates)).filter((name) => name !== 'partials').sort()

describe('a Dockerfile that kyozo writes', () => {
  it.each(rendered)('may be built: %s', async (name) => {
    const dockerfile = await readFile(new URL(name, golden), 'utf8')
    expect(() => assertDockerfilesAllowed({ services: [{ name, build: { dockerfile } }] }, { workspace: 'shop' })).not.toThrow()
  })

  it.each(sources)('may be built in each of its variants: %s', async (name) => {
    const dockerfile = everyVariant(await readFile(new URL(`${name}/Dockerfile.liquid`, templates), 'utf8'), await partials())
    expect(refusals(dockerfile)).toEqual([])
  })
})

/** Of the rules that say what a build may do. What is left of a placeholder is no instruction, and no variant says it. */
function refusals(text: string): string[] {
  const violations = checkDockerfile({ text, file: 'Dockerfile', workspace: 'shop', policy: 'trusted' })
  return violations.filter(({ rule }) => rule !== 'dockerfile').map(({ message }) => message)
}

/** The lines of all branches one after the other: what a condition hides from the golden files is checked too. */
function everyVariant(template: string, parts: ReadonlyMap<string, string>): string {
  return template
    .replaceAll(/\{%-?\s*(?:render|include)\s+['"]([\w-]+)['"][^%]*%\}/g, (_, name: string) => `\n${parts.get(name) ?? ''}\n`)
    .replaceAll(/\{%-?\s*comment[\s\S]*?endcomment\s*-?%\}/g, '')
    .replaceAll(/\{\{[\s\S]*?\}\}/g, '1')
    .replaceAll(/\{%[\s\S]*?%\}/g, '')
}

async function partials(): Promise<ReadonlyMap<string, string>> {
  const folder = new URL('partials/', templates)
  const names = await readdir(folder)
  return new Map(
    await Promise.all(names.map(async (name) => [name.replace('.liquid', ''), await readFile(new URL(name, folder), 'utf8')] as const)),
  )
}
