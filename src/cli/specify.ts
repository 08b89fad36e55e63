// What `plan`, `compose` and `diff` share: the stack of a folder as the server would make it.
import { readSource } from '../git/load-source-tree.ts'
import { type OpenedFolder, openFolder } from '../git/open-folder.ts'
import { type Specified, specifyFromSource } from '../stack/from-source.ts'
import { loadTemplates } from '../templates.ts'
import { createMemory } from '../topology/incremental/memory.ts'
import { nameOfFolder } from './folder-name.ts'

export interface SpecifiedFolder extends Specified {
  readonly folder: OpenedFolder
}

/** Identity and revision stand for what a server would put there; none of it is in the document. */
export async function specifyFolder(dir: string, ref?: string): Promise<SpecifiedFolder> {
  const folder = await openFolder(dir, ref)
  const templates = await loadTemplates()
  const workspace = nameOfFolder(dir)
  const identity = { instance: 'local', workspace, environment: 'production', project: `kyozo-${workspace}-production` }
  const memory = createMemory()
  const { answer } = await readSource(folder.reader, { ...folder.listing, memory }, (tree) =>
    specifyFromSource(tree, { memory, templates, identity, revision: folder.commit?.sha ?? '', release: 'local', generation: 0 }),
  )
  return { ...answer, folder }
}
