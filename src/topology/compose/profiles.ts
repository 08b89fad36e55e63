// Which services of a compose file run, when profiles hold some of them back. Detection and deployment ask the same question.

export interface Profiled {
  readonly name: string
  readonly profiles: readonly string[]
  readonly isBuilt: boolean
}

/**
 * What no profile holds back, and what one that is asked for starts. When every build waits for a profile, profiles are ways to start the stack:
 * the one for production then, else all that are not for working on the code.
 */
export function startedServices(services: readonly Profiled[], asked: readonly string[]): ReadonlySet<string> {
  const isAsked = ({ profiles }: Profiled) => profiles.length === 0 || profiles.some((profile) => asked.includes(profile))
  const built = services.filter(({ isBuilt }) => isBuilt)
  const isWaiting = built.length > 1 ? !built.some(isAsked) : !services.some(isAsked)
  if (!isWaiting) return namesOf(services.filter(isAsked))
  const forProduction = services.filter(({ profiles }) => profiles.length === 0 || profiles.some((profile) => production.test(profile)))
  const notForWork = services.filter(({ profiles }) => profiles.length === 0 || profiles.some((profile) => !development.test(profile)))
  const isEnough = (found: readonly Profiled[]) => (built.length > 0 ? found.some(({ isBuilt }) => isBuilt) : found.length > 0)
  return namesOf([forProduction, notForWork].find(isEnough) ?? services)
}

/** The profiles that `COMPOSE_PROFILES` names. */
export function askedProfiles(value = ''): readonly string[] {
  return value
    .slice(0, 1_000)
    .split(',')
    .map((profile) => profile.trim())
}

function namesOf(services: readonly Profiled[]): ReadonlySet<string> {
  return new Set(services.map(({ name }) => name))
}

const production = /^(?:prod|production|release|live|deploy|deployment|server)$/i
const development = /^(?:dev|devel|development|local|tests?|testing|ci|e2e|debug|tools?)$/i
