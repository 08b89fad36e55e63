// Every state that a small system can come to, breadth first, so that what is found is found on the shortest way.

export interface Move<S> {
  /** What happens, in words; a way to a mistake is told with them. */
  readonly name: string
  readonly to: S
  /** What this move breaks; undefined when nothing. */
  readonly broken?: string | undefined
}

export interface System<S> {
  readonly start: S
  moves(state: S): readonly Move<S>[]
  /** What is wrong with a state at which nothing more needs to happen; undefined when it is good. */
  wrongAtRest(state: S): string | undefined
  isAtRest(state: S): boolean
}

export interface Explored {
  readonly states: number
  readonly moves: number
  /** The first mistake, and the shortest way to it. */
  readonly mistake: { readonly what: string; readonly way: readonly string[] } | undefined
}

/** Visits everything. A state from which rest can never be reached again is a mistake too: something would wait for ever. */
export function explore<S>(system: System<S>): Explored {
  const states: S[] = [system.start]
  const seen = new Map<string, number>([[JSON.stringify(system.start), 0]])
  const cameFrom: { readonly from: number; readonly name: string }[] = [{ from: -1, name: '' }]
  const backwards: number[][] = [[]]
  let moves = 0
  const wayTo = (at: number): string[] => (at <= 0 ? [] : [...wayTo(cameFrom[at]!.from), cameFrom[at]!.name])
  const failed = (what: string, way: readonly string[]): Explored => ({ states: states.length, moves, mistake: { what, way } })
  for (let at = 0; at < states.length; at++) {
    const state = states[at]!
    if (system.isAtRest(state)) {
      const wrong = system.wrongAtRest(state)
      if (wrong !== undefined) return failed(wrong, wayTo(at))
    }
    for (const { name, to, broken } of system.moves(state)) {
      moves++
      if (broken !== undefined) return failed(broken, [...wayTo(at), name])
      const key = JSON.stringify(to)
      let next = seen.get(key)
      if (next === undefined) {
        next = states.push(to) - 1
        seen.set(key, next)
        cameFrom.push({ from: at, name })
        backwards.push([])
      }
      backwards[next]!.push(at)
    }
  }
  const stuck = firstStuck(states, backwards, system)
  return stuck === undefined
    ? { states: states.length, moves, mistake: undefined }
    : failed('it can never come to rest again', wayTo(stuck))
}

function firstStuck<S>(states: readonly S[], backwards: readonly (readonly number[])[], system: System<S>): number | undefined {
  const reaches = states.map((state) => system.isAtRest(state))
  const open = reaches.flatMap((is, at) => (is ? [at] : []))
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const before of backwards[at]!) {
      if (reaches[before]) continue
      reaches[before] = true
      open.push(before)
    }
  }
  const stuck = reaches.indexOf(false)
  return stuck === -1 ? undefined : stuck
}
