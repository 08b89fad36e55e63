// Loaded into kyozo before its own code: rewrites the sources that a planted bug names, as they are loaded.
import { registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Rewrite, rewritten } from './planted-bug.ts'
import { plantedBugs } from './planted-bugs.ts'

const bug = plantedBugs.find(({ name }) => name === process.env.FAULTS_PLANTED)
if (bug === undefined) throw new Error(`there is no planted bug named ${process.env.FAULTS_PLANTED}`)
const rewrites = new Map<string, Rewrite[]>()
for (const rewrite of bug.rewrites) {
  const url = pathToFileURL(path.join(import.meta.dirname, '../../../src', rewrite.file)).href
  rewrites.set(url, [...(rewrites.get(url) ?? []), rewrite])
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const due = rewrites.get(url)
    if (due === undefined) return loaded
    return { ...loaded, source: due.reduce(rewritten, String(loaded.source)) }
  },
})
