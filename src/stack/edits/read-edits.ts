// The merged file read as any compose file is, through the closed schema and the policy: nothing else of it ever runs. What kyozo itself generated is
// right as it is; what people wrote is refused where a compose file of their own would be, and where kyozo would have to run something else than it says.
import { KyozoError } from '../../errors.ts'
import type { SourceTree } from '../../git/source-tree.ts'
import type { Located, LocatedMap, Place } from '../../topology/compose/located.ts'
import { pointerTo } from '../../topology/compose/located.ts'
import type { ComposeModel, Trust, Violation } from '../../topology/compose/model.ts'
import { describeViolation, readComposeFile } from '../../topology/compose/read-compose-file.ts'
import { committedFile } from '../committed/file.ts'
import { isSame, readValues } from '../committed/values.ts'
import { holdsPlaceholder, type KyozoVariables } from './kyozo-variables.ts'
import { type Refusal, refusalsOf } from './sayable.ts'

export interface EditsInput {
  readonly tree: SourceTree
  readonly trust: Trust
  /** Names of secrets that services are given when they are started. */
  readonly secrets: ReadonlySet<string>
  readonly variables: KyozoVariables
  /** As it should be. */
  readonly merged: string
  /** What kyozo generates, and the file as people know it: its lines are told. */
  readonly generated: string
  readonly present: string
}

export interface ReadEdits {
  readonly model: ComposeModel
  /** The merged file and what kyozo generates, as values. */
  readonly merged: LocatedMap
  readonly generated: LocatedMap
  /** Keys of services that the policy of a preview takes no edits of: `api` → `deploy`. */
  readonly dropped: ReadonlyMap<string, ReadonlySet<string>>
}

/** Throws `compose_refused` with every refusal, each with its line. */
export function readEdits(input: EditsInput): ReadEdits {
  const [merged, generated, present] = [readValues(input.merged), readValues(input.generated), readValues(input.present)]
  const model = modelOf(input)
  const differences = model.differences.map(({ pointer, change, reason }) => ({ pointer, message: `${change}: ${reason}` }))
  const own = differences.filter(({ pointer }) => !isGenerated(pointer, { merged, generated }) && isSaid(pointer))
  const refused = [
    ...refusalsOf(merged, generated),
    ...model.violations.filter((one) => isTheirs(one, { merged, generated })).map(asRefusal),
    ...(input.trust === 'trusted' ? own.map(({ pointer, message }) => undone(pointer, message)) : []),
    ...misplaced(model),
    ...(holdsPlaceholder(input.present) ? [strangeText] : []),
  ]
  assertNone(refused, present)
  return { model, merged, generated, dropped: droppedKeys(own.map(({ pointer }) => pointer)) }
}

function modelOf({ tree, trust, secrets, variables, merged }: EditsInput): ComposeModel {
  const text = (path: string) => (path === committedFile ? merged : tree.text(path))
  // Inherited and not copied: a tree makes its folders when they are asked for.
  const asMerged = Object.assign(Object.create(tree) as SourceTree, { text })
  return readComposeFile({ tree: asMerged, file: committedFile, policy: trust, variables: variables.placeholders, secrets })
}

interface Both {
  readonly merged: LocatedMap
  readonly generated: LocatedMap
}

/** Ports have a rule of their own here, and what kyozo generated needs no permission; that it leads nowhere any more is no question of that. */
function isTheirs({ pointer, rule, severity }: Violation, both: Both): boolean {
  if (severity !== 'error') return false
  if (rule === 'ports' && keysOf(pointer)[2] === 'ports') return false
  return rule === 'dependency' || !isGenerated(pointer, both)
}

/** Whether a value, or the list or map that holds it, is as kyozo generates it. */
function isGenerated(pointer: string, { merged, generated }: Both): boolean {
  const value = valueAt(merged, pointer)
  const above = pointer.slice(0, pointer.lastIndexOf('/'))
  const list = valueAt(generated, above)
  if (list?.kind === 'list') return list.items.some((item) => isSame(item, value))
  return value !== undefined && isSame(value, valueAt(generated, pointer))
}

function valueAt(node: Located | undefined, pointer: string): Located | undefined {
  return keysOf(pointer).reduce<Located | undefined>(
    (held, key) => (held?.kind === 'map' ? held.entries.get(key) : held?.kind === 'list' ? held.items[Number(key)] : undefined),
    node,
  )
}

function keysOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Keys that `refusalsOf` has looked at. */
function isSaid(pointer: string): boolean {
  const [top, , key] = keysOf(pointer)
  return top !== 'services' || key === undefined || !['ports', 'security_opt', 'cap_drop', 'logging'].includes(key)
}

function undone(pointer: string, message: string): Refusal {
  return { place: { file: committedFile, pointer, line: 1, column: 1 }, rule: 'schema', message: `${message}; take the change back` }
}

function asRefusal({ file, pointer, line, column, rule, message }: Violation): Refusal {
  return { place: { file, pointer, line, column }, rule: rule as Refusal['rule'], message }
}

/** What kyozo makes reaches a service as a variable: in an image, a label or a check others could read it. */
function misplaced({ services }: ComposeModel): readonly Refusal[] {
  return Object.entries(services)
    .filter(([, { environment: _, ...rest }]) => holdsPlaceholder(JSON.stringify(rest)))
    .map(([name]) => ({
      place: { file: committedFile, pointer: pointerTo('/services', name), line: 1, column: 1 },
      rule: 'schema',
      message: 'the values that kyozo makes may stand under `environment` only; let the service read a variable',
    }))
}

const strangeText: Refusal = {
  place: { file: committedFile, pointer: '', line: 1, column: 1 },
  rule: 'yaml',
  message: 'the file holds code points that are no characters (U+FDD0, U+FDD1); remove them',
}

function droppedKeys(pointers: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const dropped = new Map<string, Set<string>>()
  for (const pointer of pointers) {
    const [top, name, key] = keysOf(pointer)
    if (top === 'services' && name !== undefined && key !== undefined) dropped.set(name, (dropped.get(name) ?? new Set()).add(key))
  }
  return dropped
}

const refusalsLimit = 50

function assertNone(refused: readonly Refusal[], present: LocatedMap): void {
  if (refused.length === 0) return
  const placed = refused.map((one) => ({ ...one, place: { ...one.place, ...placeIn(present, one.place) }, severity: 'error' as const }))
  const lines = placed
    .map(({ place, ...one }): Violation => ({ ...place, ...one }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(describeViolation)
  throw new KyozoError(
    'compose_refused',
    [`${committedFile} may not be deployed as it is:`, ...new Set(lines.slice(0, refusalsLimit))].join('\n'),
    { hint: 'change each of the lines named as it says, and push again; `kyozo compose --without-edits` prints what kyozo generates' },
  )
}

/** Where a value stands in the file as people know it, or what holds it does. */
function placeIn(present: LocatedMap, { pointer }: Place): Pick<Place, 'line' | 'column'> {
  const keys = keysOf(pointer)
  for (let depth = keys.length; depth > 0; depth--) {
    const place = valueAt(present, keys.slice(0, depth).reduce(pointerTo, ''))?.place
    if (place !== undefined) return { line: place.line, column: place.column }
  }
  return { line: 1, column: 1 }
}
