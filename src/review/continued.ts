// Which service goes on as which. kyozo knows a service by its name: containers, volumes, addresses, ports and secrets are called after it. So the
// same name is the same service wherever its folder is; under another name it is taken for the same one by its folder, its files or its volumes.
import type { TreeDiff } from '../git/source-tree.ts'
import { canonicalJson } from '../stack/canonical.ts'
import { isChosen } from '../stack/kept-names.ts'
import type { StackService } from '../stack/stack.ts'
import { isWithin, joinPath, relativeTo } from '../topology/paths.ts'
import type { Move, ReviewedSide, ReviewInput } from './review.ts'

export interface Continued {
  readonly before: StackService
  readonly after: StackService
  readonly move: Move | null
}

/** By the name after the change. */
export function continuedServices({ before, after, diff }: Pick<ReviewInput, 'before' | 'after' | 'diff'>): ReadonlyMap<string, Continued> {
  if (before === null) return new Map()
  const left = { old: new Map(byName(before)), young: new Map(byName(after)) }
  const found = new Map<string, Continued>()
  const pair = (one: Pair) => {
    left.old.delete(one.before.name)
    left.young.delete(one.after.name)
    found.set(one.after.name, { ...one, move: moveOf(one, { after, diff }) })
  }
  for (const [name, service] of byName(before)) {
    const heir = left.young.get(name)
    if (heir !== undefined && !hasLeft(service, heir, { after, diff })) pair({ before: service, after: heir })
  }
  const sides = { before, after }
  for (const one of inOneFolder(left, sides)) pair(one)
  for (const one of byFiles(left, diff)) pair(one)
  for (const one of byVolumes(left)) pair(one)
  return found
}

function byName({ stack }: ReviewedSide): (readonly [string, StackService])[] {
  return stack.services.map((service) => [service.name, service] as const)
}

/** Whether its files are in another folder than that of its name: somebody else was called so, and nobody chose that. */
function hasLeft({ folder }: StackService, heir: StackService, { after, diff }: Pick<ReviewInput, 'after' | 'diff'>): boolean {
  if (folder === undefined || heir.folder === undefined || folder === heir.folder || isNamed(heir.name, after)) return false
  const gone = filesThatLeft(folder, diff)
  const alikeIn = (to: string) => likeness(gone, { from: folder, to })
  const least = Math.max(alikeFrom, alikeIn(heir.folder))
  return after.stack.services.some((other) => other.folder !== undefined && other.folder !== heir.folder && alikeIn(other.folder) > least)
}

/** Whether a person called it so; what has no folder is called so where it is declared. */
export function isNamed(name: string, { topology }: ReviewedSide): boolean {
  const spec = topology.services.find((service) => service.name === name)
  return spec === undefined || isChosen(spec)
}

interface Pair {
  readonly before: StackService
  readonly after: StackService
}

/** Services without a counterpart so far. */
interface Left {
  readonly old: ReadonlyMap<string, StackService>
  readonly young: ReadonlyMap<string, StackService>
}

/** The one service of a folder that lost its name, and the one that came: it is called otherwise, unless it runs something else. */
function inOneFolder(
  { old, young }: Left,
  { before, after }: { readonly before: ReviewedSide; readonly after: ReviewedSide },
): readonly Pair[] {
  const comers = Map.groupBy(young.values(), ({ folder }) => folder)
  return [...Map.groupBy(old.values(), ({ folder }) => folder)].flatMap(([folder, [gone, ...others]]) => {
    const [came, ...more] = comers.get(folder) ?? []
    if (folder === undefined || gone === undefined || came === undefined || others.length + more.length > 0) return []
    const runs = ({ name, type }: StackService, { stack }: ReviewedSide) => {
      const { command, entrypoint } = stack.document.services[name] ?? {}
      return canonicalJson([type, command, entrypoint])
    }
    return runs(gone, before) === runs(came, after) ? [{ before: gone, after: came }] : []
  })
}

/** So many of the files that left a folder must be in the other one. A file that is called the same there but holds something else counts half. */
const alikeFrom = 0.6

function byFiles({ old, young }: Left, diff: TreeDiff): readonly Pair[] {
  const candidates = [...old.values()].flatMap((before) => {
    if (before.folder === undefined) return []
    const gone = filesThatLeft(before.folder, diff)
    return [...young.values()].flatMap((after) => {
      const alike = after.folder === undefined ? 0 : likeness(gone, { from: before.folder!, to: after.folder })
      return alike < alikeFrom ? [] : [{ before, after, alike }]
    })
  })
  const taken = new Set<StackService>()
  return candidates
    .sort((a, b) => b.alike - a.alike)
    .filter(({ before, after }) => {
      if (taken.has(before) || taken.has(after)) return false
      taken.add(before).add(after)
      return true
    })
}

interface LeftFile {
  readonly path: string
  /** Where its content is now, where that is unambiguous. */
  readonly to: string | undefined
  /** Paths that are new. */
  readonly added: ReadonlySet<string>
}

/** What is looked at of one folder: as telling as all of it, and bounded. */
const comparedFiles = 2_000

function filesThatLeft(folder: string, { renamed, removed, added }: TreeDiff): readonly LeftFile[] {
  const came = new Set(added)
  const left = [
    ...renamed.map(({ from, to }) => ({ path: from, to, added: came })),
    ...removed.map((path) => ({ path, to: undefined, added: came })),
  ]
  return left.filter(({ path }) => isWithin(path, folder)).slice(0, comparedFiles)
}

interface Way {
  readonly from: string
  readonly to: string
}

function likeness(files: readonly LeftFile[], way: Way): number {
  const points = files.map(({ path, to, added }) => {
    const place = joinPath(way.to, relativeTo(way.from, path))
    return to === place ? 1 : to === undefined && added.has(place) ? 0.5 : 0
  })
  return files.length === 0 ? 0 : points.reduce<number>((sum, one) => sum + one, 0) / files.length
}

/** What has no folder goes on where its data is, if one alone has it. */
function byVolumes({ old, young }: Left): readonly Pair[] {
  const holders = (services: Left['old']) => {
    const storing = [...services.values()].filter(({ folder, volumes }) => folder === undefined && volumes.length > 0)
    return Map.groupBy(storing, ({ volumes }) => [...volumes].sort().join(' '))
  }
  const heirs = holders(young)
  return [...holders(old)].flatMap(([data, [before, ...others]]) => {
    const [after, ...more] = heirs.get(data) ?? []
    return before === undefined || after === undefined || others.length + more.length > 0 ? [] : [{ before, after }]
  })
}

function moveOf({ before, after }: Pair, { after: side, diff }: Pick<ReviewInput, 'after' | 'diff'>): Move | null {
  const keepsName = before.name === after.name
  const changesFolder = before.folder !== undefined && after.folder !== undefined && before.folder !== after.folder
  if (keepsName && !changesFolder) return null
  return {
    from: { name: before.name, folder: before.folder ?? null },
    to: { name: after.name, folder: after.folder ?? null },
    files: changesFolder ? countFiles({ from: before.folder!, to: after.folder! }, diff) : null,
    keepsName,
    fix: keepsName ? null : fixOf(before.name, after, side),
  }
}

function countFiles(way: Way, diff: TreeDiff): Move['files'] {
  const left = filesThatLeft(way.from, diff)
  const same = left.filter(({ path, to }) => to === joinPath(way.to, relativeTo(way.from, path)))
  return { same: same.length, all: left.length }
}

function fixOf(name: string, after: StackService, { topology }: ReviewedSide): string {
  const declared = [...topology.services, ...topology.backing].find((one) => one.name === after.name)?.compose
  if (declared !== undefined) return `call it ${name} again in ${declared.file}`
  if (after.folder === undefined) return `call it ${name} again where it is declared`
  const path = /^[\w./-]+$/.test(after.folder) ? after.folder : JSON.stringify(after.folder)
  return `name it in kyozo.yaml: services: {${name}: {path: ${path}}}`
}
