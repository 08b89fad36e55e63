// The file over real repositories: it lasts while only code changes, nothing of it is refused, and each of its services can be changed.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { committedFile, isUntouched } from '../../../src/stack/committed/file.ts'
import type { MemoryFiles } from '../../support/source-tree.ts'
import { specify } from './repository.ts'

const fixtures = path.join(import.meta.dirname, '../../../fixtures/repositories')

function filesOf(name: string): Record<string, string> {
  const folder = path.join(fixtures, name)
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = found.map((entry) => path.join(entry.parentPath, entry.name).slice(folder.length + 1))
  return Object.fromEntries(paths.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]))
}

const comments: Readonly<Record<string, string>> = {
  js: '// more',
  py: '# more',
  go: '// more',
  css: '/* more */',
  md: 'more',
  html: '<!-- more -->',
  txt: '',
}

/** Every file of code with a line more. */
function withOtherCode(files: MemoryFiles): MemoryFiles {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => {
      const comment = comments[name.slice(name.lastIndexOf('.') + 1)]
      const isCode = comment !== undefined && comment !== '' && name !== committedFile
      return [name, isCode ? `${String(text)}\n${comment}\n` : text]
    }),
  )
}

describe.each(['shop', 'compose-user', 'static-one'])('the file of %s', (name) => {
  const files = filesOf(name)
  const first = specify(files)
  const { generated } = first.committed

  it('is as kyozo wrote it when only code changes, so that nothing is committed back', () => {
    const { committed, stack } = specify({ ...withOtherCode(files), [committedFile]: generated })
    expect(committed).toMatchObject({ generated, present: generated, merged: { text: generated, edits: [], conflicts: [] } })
    expect(stack.documentText).toBe(first.stack.documentText)
    expect(isUntouched(generated)).toBe(true)
  })

  it('leaves the stack what it is without the file, but for the commit that it is of', () => {
    const { stack } = specify({ ...files, [committedFile]: generated })
    expect(stack).toEqual(first.stack)
  })

  it('can be changed in every service, and what nobody changed stays what it was', () => {
    const text = generated.replaceAll(/^ {4}restart: .*\n/gm, (line) => `${line}    labels: {app.team: ours}\n    stop_signal: SIGINT\n`)
    const { stack } = specify({ ...files, [committedFile]: text }, { committed: { last: generated } })
    for (const [service, { labels, stop_signal, ...rest }] of Object.entries(stack.document.services)) {
      const { stop_signal: _, ...before } = first.stack.document.services[service] ?? {}
      expect([service, labels, stop_signal, rest]).toEqual([service, { 'app.team': 'ours' }, 'SIGINT', before])
    }
  })
})
