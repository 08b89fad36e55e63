// Backing services that nothing in the repository holds: those that kyozo adds, and those that somebody runs elsewhere.
import type { BackingKind, BackingService } from '../topology.ts'
import { isProvided } from './kinds.ts'
import type { OpenLink } from './links.ts'
import type { Directory, Target } from './names.ts'

export interface AddedBacking extends BackingService {
  readonly isElsewhere: boolean
}

/** `isOff` says of which kinds kyozo.yaml wants none. */
export function addedBacking(open: readonly OpenLink[], { names }: Directory, isOff: (kind: BackingKind) => boolean): AddedBacking[] {
  const wanted = Map.groupBy(
    open.flatMap((link) => (link.target.name === undefined ? [{ ...link, target: link.target }] : [])),
    ({ target: { kind, isElsewhere } }) => `${kind} ${isElsewhere === true}`,
  )
  return [...wanted.values()].flatMap((users): AddedBacking[] => {
    const [first] = users
    if (first === undefined) return []
    const { kind, isElsewhere = false } = first.target
    // Whoever only names a variable for it says where it is, or goes without: it is told and not added.
    const isAdded = !isElsewhere && !isOff(kind) && isProvided(kind) && users.some(({ isOnlyNamed }) => isOnlyNamed !== true)
    const isSecond = isElsewhere && wanted.has(`${kind} false`)
    const name = isSecond ? `external-${kind}` : names.has(kind) ? `backing-${kind}` : kind
    const evidence = users.flatMap((user) => user.evidence)
    return [{ name, kind, isElsewhere, ...(isAdded ? {} : { isExternal: true }), evidence }]
  })
}

/** What is elsewhere for one service may be added for another. */
export function addedName({ kind, isElsewhere }: Target & { name?: undefined }, added: readonly AddedBacking[]): string | undefined {
  return added.find((one) => one.kind === kind && one.isElsewhere === (isElsewhere === true))?.name
}
