// What was found and is not stored yet.
import type { ContainerHealthRow, FoundHealth } from '../store/container-health.ts'

export type NewlyFound = FoundHealth & {
  /** Environments in which a container turned. */
  readonly turned: readonly string[]
}

export interface Finds {
  put(row: ContainerHealthRow): void
  check(check: FoundHealth['checks'][number]): void
  turn(environmentId: string): void
  /** What is known of it is another's to say. */
  drop(container: string): void
  /** It is no more. */
  end(container: string): void
  /** What was found since it was taken last. */
  take(): NewlyFound
  /** What could not be stored comes with the next. */
  putBack(found: NewlyFound): void
}

/** While the database is away no more than these wait; how the containers stand is kept in any case. */
const waitingChecks = 5_000

export function createFinds(): Finds {
  let changed = new Map<string, ContainerHealthRow>()
  let checks: FoundHealth['checks'][number][] = []
  let gone = new Set<string>()
  let turned = new Set<string>()
  return {
    put(row) {
      changed.set(row.containerId, row)
      gone.delete(row.containerId)
    },
    check: (check) => void checks.push(check),
    turn: (environmentId) => void turned.add(environmentId),
    drop: (container) => void changed.delete(container),
    end(container) {
      changed.delete(container)
      gone.add(container)
    },
    take() {
      const found = { changed: [...changed.values()], checks, gone: [...gone], turned: [...turned] }
      changed = new Map()
      checks = []
      gone = new Set()
      turned = new Set()
      return found
    },
    putBack(found) {
      changed = new Map([...found.changed.map((row) => [row.containerId, row] as const), ...changed])
      checks = [...found.checks, ...checks].slice(-waitingChecks)
      gone = new Set([...found.gone, ...gone].filter((id) => !changed.has(id)))
      turned = new Set([...found.turned, ...turned])
    },
  }
}
