// What `plan`, `compose` and `diff` share: the stack of a folder as the server would make it.
import { diffTrees } from '../git/diff-trees.ts'
import { readSource } from '../git/load-source-tree.ts'
import { type OpenedFolder, openFolder } from '../git/open-folder.ts'
import { fileReadLimitBytes } from '../git/source-tree.ts'
import { keptNames } from '../review/kept-names.ts'
import type { CommittedMemory } from '../stack/committed/base.ts'
import { committedFile } from '../stack/committed/file.ts'
import { type Specified, specifyFromSource } from '../stack/from-source.ts'
import { loadTemplates } from '../templates.ts'
import type { KeptNames } from '../topology/declaration/settings.ts'
import { createMemory } from '../topology/incremental/memory.ts'
import { rememberFromHistory } from './committed-memory.ts'
import { nameOfFolder } from './folder-name.ts'

export interface SpecifiedFolder extends Specified {
  readonly folder: OpenedFolder
  /** The same files, with services that keep a name. */
  named(keptNames: KeptNames): Promise<SpecifiedFolder>
}

/** Identity and revision stand for what a server would put there; none of it is in the document. */
export async function specifyFolder(dir: string, ref?: string): Promise<SpecifiedFolder> {
  const folder = await openFolder(dir, ref)
  return specified(folder, { dir, committed: await rememberedOf(folder, { dir, ref }) })
}

async function specified(folder: OpenedFolder, where: Where): Promise<SpecifiedFolder> {
  return { ...(await specifyOpened(folder, where)), folder, named: (keptNames) => specified(folder, { ...where, keptNames }) }
}

/** As a server specifies it on which `before` runs: services whose folders were renamed keep their names. */
export function specifiedAfter(before: SpecifiedFolder, next: SpecifiedFolder): Promise<SpecifiedFolder> {
  const kept = keptNames({ before, after: next, diff: diffTrees(before.folder.listing, next.folder.listing) })
  return Object.keys(kept).length === 0 ? Promise.resolve(next) : next.named(kept)
}

/** As if compose.kyozo.yaml were not there. */
export async function specifyWithoutEdits(dir: string, ref?: string): Promise<SpecifiedFolder> {
  return specified(await openFolder(dir, ref), { dir, withoutEdits: true })
}

interface Where {
  readonly dir: string
  readonly committed?: CommittedMemory
  /** Whether what people have changed in the committed file is left out. Default is no. */
  readonly withoutEdits?: boolean
  /** Default is none. */
  readonly keptNames?: KeptNames
}

async function specifyOpened(
  { reader, listing, commit }: OpenedFolder,
  { dir, committed = {}, withoutEdits, keptNames = {} }: Where,
): Promise<Specified> {
  const templates = await loadTemplates()
  const workspace = nameOfFolder(dir)
  const identity = { instance: 'local', workspace, environment: 'production', project: `kyozo-${workspace}-production` }
  const memory = createMemory()
  const entries = withoutEdits ? new Map([...listing.entries].filter(([path]) => path !== committedFile)) : listing.entries
  const source = { ...listing, entries, memory, ...(withoutEdits ? { root: undefined } : {}) }
  const { answer } = await readSource(reader, source, (tree) =>
    specifyFromSource(tree, {
      ...{ memory, templates, identity, committed, keptNames },
      ...{ revision: commit?.sha ?? '', release: 'local', generation: 0 },
    }),
  )
  return answer
}

/** What is remembered of the folder's compose.kyozo.yaml. */
async function rememberedOf(
  { reader, listing }: OpenedFolder,
  { dir, ref }: { dir: string; ref: string | undefined },
): Promise<CommittedMemory> {
  const oid = listing.entries.get(committedFile)?.oid
  const present = oid === undefined ? undefined : (await reader.readBlobs([oid], fileReadLimitBytes)).get(oid)
  if (present == null) return {}
  const generate = async (commit: string) => {
    const { committed } = await specifyOpened(await openFolder(dir, commit), { dir, withoutEdits: true })
    return committed.generated
  }
  return rememberFromHistory({ dir, ref, present: present.toString('utf8'), generate })
}
