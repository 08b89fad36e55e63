// The stack that runs: what kyozo generates, merged with what people have changed in compose.kyozo.yaml.
import { KyozoError } from '../../errors.ts'
import type { SourceTree } from '../../git/source-tree.ts'
import type { LocatedMap } from '../../topology/compose/located.ts'
import { type Base, type CommittedMemory, findBase } from '../committed/base.ts'
import { committedFile, withMark } from '../committed/file.ts'
import { type Merged, type Merging, mergeCommitted } from '../committed/merge.ts'
import type { Conflict } from '../committed/three-way.ts'
import { isSame } from '../committed/values.ts'
import { composeDocument, documentText } from '../document.ts'
import type { LinkedService } from '../link-services.ts'
import type { StackInput } from '../specify.ts'
import { addService } from './added-service.ts'
import { complete } from './complete.ts'
import { editService } from './edited-service.ts'
import { kyozoVariables } from './kyozo-variables.ts'
import { type EditsInput, type ReadEdits, readEdits } from './read-edits.ts'
import { servicesOf } from './sayable.ts'

/** The committed file of one commit. */
export interface Committed {
  /** What kyozo generates, with its mark, whatever people have changed. */
  readonly generated: string
  /** The file as it is in the commit; null when there is none. */
  readonly present: string | null
  /** What the file was compared with. */
  readonly base: Base['kind']
  /** The file as it runs: where kyozo and people have changed the same, it has what people wrote. */
  readonly merged: Merged
  /** The file as kyozo would have it: in conflicts it has what kyozo generates. Without conflicts it is the merged one. */
  readonly proposal: string
}

export interface WithEdits {
  readonly services: readonly LinkedService[]
  readonly committed: Committed
}

export interface Remembered extends CommittedMemory {
  /** Whose value runs where both have changed one. Default is `keep`: people's, but for services whose folder is gone. */
  readonly resolve?: (conflict: Conflict) => 'keep' | 'take'
}

/** Throws `compose_invalid` and `compose_refused`, with lines. While anything is still to be loaded the answer is as if there were no file. */
export function withEdits(services: readonly LinkedService[], input: StackInput): WithEdits {
  const generated = withMark(documentText(composeDocument(services, input.keptNames), services))
  const present = presentFile(input.tree)
  if (present === null || present === generated || input.tree.wanted.size > 0)
    return {
      services,
      committed: { generated, present, base: 'known', merged: { text: generated, edits: [], conflicts: [] }, proposal: generated },
    }
  const base = findBase(present, { ...input.committed, generated })
  const { merged, proposal } = mergeBothWays({ generated, present, base }, input)
  const variables = kyozoVariables(services)
  const edits = readEdits({ ...input, ...policyOf(input), variables, merged: merged.text, generated, present })
  const edited = editedServices(services, edits, { model: edits.model, input, restore: variables.restore })
  const added = edited.filter(({ name }) => !services.some((other) => other.name === name))
  return {
    services: edited,
    committed: {
      generated,
      present,
      base: base.kind,
      merged: { ...merged, text: complete(merged.text, added) },
      proposal: complete(proposal, added),
    },
  }
}

/** As it runs, and as kyozo would have it. */
function mergeBothWays(merging: Omit<Merging, 'resolve'>, { tree, committed }: StackInput): Pick<Committed, 'merged' | 'proposal'> {
  const resolve = (conflict: Conflict) => (isGone(conflict, tree) ? 'take' : (committed?.resolve?.(conflict) ?? 'keep'))
  const merged = mergeCommitted({ ...merging, resolve })
  return { merged, proposal: merged.conflicts.length === 0 ? merged.text : mergeCommitted({ ...merging, resolve: () => 'take' }).text }
}

function policyOf({ preview, availableSecrets = [] }: StackInput): Pick<EditsInput, 'trust' | 'secrets'> {
  return { trust: preview?.trust ?? 'trusted', secrets: new Set(availableSecrets.map(({ name }) => name)) }
}

/** Null when there is none, or while it is still to be loaded. */
function presentFile(tree: SourceTree): string | null {
  const mode = tree.entries.get(committedFile)?.mode
  if (mode === undefined) return null
  const text = tree.text(committedFile)
  if (text !== undefined) return text
  if (tree.wanted.has(committedFile)) return null
  const what = mode === '120000' ? 'a symbolic link' : mode === '160000' ? 'a submodule' : 'larger than 256 KiB or not text'
  throw new KyozoError('compose_refused', `${committedFile} is ${what}, so kyozo cannot read what runs`, {
    hint: 'make it an ordinary file, or delete it: kyozo writes it anew',
  })
}

/** A service that kyozo does not generate any more, and that could not be built: whatever was changed in it. */
function isGone({ path, generated, present }: Conflict, tree: SourceTree): boolean {
  if (path.length !== 2 || path[0] !== 'services' || generated !== undefined) return false
  const { build } = (present.value ?? {}) as { readonly build?: { readonly context?: unknown } }
  const context = String(build?.context ?? '').replace(/^\.\//, '')
  return build !== undefined && context !== '.' && !tree.folders.has(context)
}

function editedServices(
  services: readonly LinkedService[],
  { merged, generated, dropped, model }: ReadEdits,
  options: Parameters<typeof editService>[1],
): readonly LinkedService[] {
  const [files, own] = [servicesOf(merged), servicesOf(generated)]
  const kept = services.flatMap((service): LinkedService[] => {
    const [file, before] = [files.get(service.name) as LocatedMap | undefined, own.get(service.name) as LocatedMap]
    if (file === undefined) return []
    return [
      isSame(file, before)
        ? service
        : editService({ service, file, generated: before, dropped: dropped.get(service.name) ?? new Set() }, options),
    ]
  })
  const added = Object.keys(model.services).filter((name) => !own.has(name))
  return [...kept, ...added.map((name) => addService(name, files.get(name) as LocatedMap, options))]
}
