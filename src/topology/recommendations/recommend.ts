// What would make the repository's services better, each with its place and its fix. What holds for many is said once.
import type { Recommendation } from '../topology.ts'
import { adviseAllowedHosts } from './allowed-hosts.ts'
import { adviseBacking } from './backing.ts'
import { findCaseTwins } from './case-twins.ts'
import { adviseDataFile } from './data-file.ts'
import { adviseDevelopmentServer } from './development-server.ts'
import { adviseDockerignore } from './dockerignore.ts'
import { adviseHealth } from './health.ts'
import { advisePinnedImage, advisePulledImages } from './images.ts'
import { adviseLockfile } from './lockfiles.ts'
import { adviseOnce } from './once.ts'
import { adviseProcesses } from './processes.ts'
import { advisePublishedDatabase } from './published-databases.ts'
import type { Advised, Rule } from './rule.ts'
import { adviseRuntime } from './runtimes.ts'
import { findSecrets } from './secrets.ts'
import { adviseSystem } from './systems.ts'
import { adviseUser } from './user.ts'

/** In the order in which they are told: what leaks or breaks first. */
const rules: readonly Rule[] = [
  findSecrets,
  adviseDevelopmentServer,
  adviseBacking,
  adviseDataFile,
  adviseAllowedHosts,
  adviseProcesses,
  adviseOnce,
  adviseRuntime,
  adviseSystem,
  advisePublishedDatabase,
  findCaseTwins,
  adviseLockfile,
  advisePinnedImage,
  advisePulledImages,
  adviseUser,
  adviseDockerignore,
  adviseHealth,
]

export function recommend(advised: Advised): Recommendation[] {
  return [...Map.groupBy(recommendEach(advised), ({ code }) => code).values()].flatMap(together)
}

/** The same, each place's advice on its own: for who asks about one folder. */
export function recommendEach(advised: Advised): Recommendation[] {
  const all = rules.flatMap((rule) => rule(advised))
  const unique = new Map(
    all.map((item) => [`${item.code} ${item.evidence[0]?.path}:${item.evidence[0]?.line} ${item.evidence[0]?.fact}`, item]),
  )
  return [...unique.values()]
}

/** From here on the same advice is given once for all. */
const manyOfOne = 4

/** Places kept for one piece of advice. */
const evidenceLimit = 20

function together(same: readonly Recommendation[]): readonly Recommendation[] {
  const [first] = same
  if (first === undefined || same.length < manyOfOne) return same
  const message = `${first.message} The same holds in ${same.length - 1} more places.`
  return [{ ...first, message, evidence: same.flatMap(({ evidence }) => evidence.slice(0, 1)).slice(0, evidenceLimit) }]
}
