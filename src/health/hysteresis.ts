// How a running container stands after many looks. One failure is no sickness and one answer no cure; what fails by turns is said to do so, instead
// of being well and sick by turns. Pure.

export interface ContainerHealth {
  readonly status: 'healthy' | 'unhealthy'
  readonly isFlapping: boolean
  /** It was started again and has neither answered nor failed often enough: it gets no requests, and nobody calls it sick. */
  readonly isUnproven: boolean
  /** The last looks, the newest at the end: `P` passed, `F` failed. Empty while there is nothing to remember of a healthy one. */
  readonly history: string
  /** Why it is unhealthy; null of a healthy one. */
  readonly words: string | null
}

export const provenHealth: ContainerHealth = {
  status: 'healthy',
  isFlapping: false,
  isUnproven: false,
  history: '',
  words: null,
}

/** Of one that was started again by whomever: it gets no requests until it has answered, and is called sick when it fails to. */
export const startedAgain: ContainerHealth = {
  status: 'unhealthy',
  isFlapping: false,
  isUnproven: true,
  history: '',
  words: 'it was started again and has not answered yet',
}

/** Two answers in a row: one could be luck. */
export const answersUntilHealthy = 2
/** What answered by turns must answer this often without a break. */
const answersUntilSteady = 6
const remembered = 24
/** So many changes between well and not well within what is remembered, and a quarter of it failures, are no bad luck any more. */
const flappingChanges = 6
const flappingFailures = 4

export interface LookFound {
  readonly hasPassed: boolean
  readonly words: string
}

/** `retries`: so many failures in a row are sickness. */
export function afterLook(before: ContainerHealth, look: LookFound, { retries }: { readonly retries: number }): ContainerHealth {
  const history = `${before.history}${look.hasPassed ? 'P' : 'F'}`.slice(-remembered)
  return look.hasPassed ? afterAnswer(before, history) : afterFailure(before, { history, words: look.words, retries })
}

function afterAnswer(before: ContainerHealth, history: string): ContainerHealth {
  const inRow = endOf(history, 'P')
  if (before.status === 'unhealthy' && inRow < (before.isFlapping ? answersUntilSteady : answersUntilHealthy)) return { ...before, history }
  const isSteady = before.isFlapping || !history.includes('F')
  return { ...provenHealth, history: isSteady ? '' : history }
}

function afterFailure(
  before: ContainerHealth,
  { history, words, retries }: { readonly history: string; readonly words: string; readonly retries: number },
): ContainerHealth {
  const failures = [...history].filter((found) => found === 'F').length
  if (before.isFlapping) return { ...before, history }
  const isFlapping = changesIn(history) >= flappingChanges && failures >= flappingFailures && failures * 4 >= history.length
  if (isFlapping) {
    const said = `answers by turns: ${failures} of the last ${history.length} checks failed, the last: ${words}`
    return { status: 'unhealthy', isFlapping, isUnproven: false, history, words: said }
  }
  const isTold = before.status === 'unhealthy' && !before.isUnproven
  if (isTold || endOf(history, 'F') < retries) return { ...before, history }
  return { status: 'unhealthy', isFlapping: false, isUnproven: false, history, words: `${words} (${retries} of ${retries})` }
}

function endOf(history: string, found: 'P' | 'F'): number {
  let length = 0
  while (length < history.length && history[history.length - 1 - length] === found) length++
  return length
}

function changesIn(history: string): number {
  return [...history].filter((found, at) => at > 0 && found !== history[at - 1]).length
}

/** Why a service is unhealthy, by those of its copies that are. */
export function sickWords(sick: readonly string[], copies: number): string {
  const [first = 'it is unhealthy'] = sick
  return copies <= 1 ? first : `${Math.max(0, copies - sick.length)} of ${copies} copies healthy: ${first}`
}
