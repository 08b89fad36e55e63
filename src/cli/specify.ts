// What `plan`, `compose` and `diff` share: the stack of a folder as the server would make it.
import { readSource } from '../git/load-source-tree.ts'
import { type OpenedFolder, openFolder } from '../git/open-folder.ts'
import { fileReadLimitBytes } from '../git/source-tree.ts'
import type { CommittedMemory } from '../stack/committed/base.ts'
import { committedFile } from '../stack/committed/file.ts'
import { type Specified, specifyFromSource } from '../stack/from-source.ts'
import { loadTemplates } from '../templates.ts'
import { createMemory } from '../topology/incremental/memory.ts'
import { rememberFromHistory } from './committed-memory.ts'
import { nameOfFolder } from './folder-name.ts'

export interface SpecifiedFolder extends Specified {
  readonly folder: OpenedFolder
}

/** Identity and revision stand for what a server would put there; none of it is in the document. */
export async function specifyFolder(dir: string, ref?: string): Promise<SpecifiedFolder> {
  const folder = await openFolder(dir, ref)
  const committed = await rememberedOf(folder, { dir, ref })
  return { ...(await specifyOpened(folder, { dir, committed })), folder }
}

/** As if compose.kyozo.yaml were not there. */
export async function specifyWithoutEdits(dir: string, ref?: string): Promise<SpecifiedFolder> {
  const folder = await openFolder(dir, ref)
  return { ...(await specifyOpened(folder, { dir, withoutEdits: true })), folder }
}

interface Where {
  readonly dir: string
  readonly committed?: CommittedMemory
  /** Whether what people have changed in the committed file is left out. Default is no. */
  readonly withoutEdits?: boolean
}

async function specifyOpened({ reader, listing, commit }: OpenedFolder, { dir, committed = {}, withoutEdits }: Where): Promise<Specified> {
  const templates = await loadTemplates()
  const workspace = nameOfFolder(dir)
  const identity = { instance: 'local', workspace, environment: 'production', project: `kyozo-${workspace}-production` }
  const memory = createMemory()
  const entries = withoutEdits ? new Map([...listing.entries].filter(([path]) => path !== committedFile)) : listing.entries
  const source = { ...listing, entries, memory, ...(withoutEdits ? { root: undefined } : {}) }
  const { answer } = await readSource(reader, source, (tree) =>
    specifyFromSource(tree, { memory, templates, identity, committed, revision: commit?.sha ?? '', release: 'local', generation: 0 }),
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
