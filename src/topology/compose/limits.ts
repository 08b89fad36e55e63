// Every bound on a user's compose file, with its reason. No ordinary file comes near one; a hostile file is stopped by them.

/** Nesting of the YAML document. The compose specification itself needs eight levels. */
export const yamlDepthLimit = 32

/** Keys and values after aliases are expanded: a document of 400 bytes can otherwise become gigabytes. */
export const yamlNodesLimit = 20_000

/** Indicators, keys and values before parsing, and lines: the parser takes some microseconds for each, and more for each that is wrong. */
export const yamlTokensLimit = 20_000
export const yamlLinesLimit = 20_000

/** Anchors; looking them up costs the parser more than linear time. A large file uses ten. */
export const yamlAnchorsLimit = 200

/** Aliases: one or two a service in the largest stack. */
export const yamlAliasesLimit = 200

/** Problems told of one document; a broken line often brings many. */
export const yamlProblemsLimit = 10

/** Compose files read for one model, and how far they may include or extend one another. */
export const filesLimit = 10
export const nestingLimit = 5

/** Characters of one value after its variables are filled in: a repeated variable can otherwise multiply a file's size. */
export const valueLengthLimit = 256 * 1024

/** Characters of all values of one model together after their variables are filled in. */
export const filledLimit = 4 * 1024 ** 2

/** Violations kept; the rest are counted in the last one. */
export const violationsLimit = 500

/** Containers of one service, until a team's quota says otherwise: one machine runs them all. */
export const replicasLimit = 20

/** What one service may ask for, until a team's quota says otherwise. The engine refuses less than 6 MiB. */
export const memoryLimits = { minimum: 6 * 1024 ** 2, maximum: 16 * 1024 ** 3 } as const
export const cpusLimits = { minimum: 0.01, maximum: 16 } as const
export const pidsLimits = { minimum: 1, maximum: 4096 } as const

/** Shared memory counts against the service's own memory limit; PostgreSQL's own example asks for 128 MiB. */
export const shmLimitBytes = 256 * 1024 ** 2

/** All tmpfs mounts of a service together; they hold memory as long as the container runs. */
export const tmpfsLimitBytes = 256 * 1024 ** 2

/** Largest values by name; names that are not here are refused. -1 is "no limit", where the memory limit bounds it anyway. */
export const ulimitLimits: Readonly<Record<string, number>> = {
  nofile: 1_048_576,
  nproc: 65_536,
  memlock: Number.POSITIVE_INFINITY,
  core: 0,
  stack: 64 * 1024 ** 2,
}

/** A check that runs without pause is a load of its own; one that may take minutes delays every release. */
export const healthLimits = { intervalMs: 1000, timeoutMs: 60_000, retries: 20, startPeriodMs: 600_000 } as const

/** How long a container may take to stop; rollouts wait for it. A longer wish is refused above the first, shortened in previews. */
export const stopGraceLimitsMs = { trusted: 300_000, preview: 30_000, fork: 10_000 } as const

/** Files of one mounted folder; whoever has more has built or installed something into it. */
export const mountedFilesLimit = 10_000

/** Files of a mounted folder that are written into a Dockerfile, because its context does not hold them. */
export const writtenFilesLimit = 20

/** Content of one service's files that is read: it may have to stand in a Dockerfile. */
export const contentLimitBytes = 1024 ** 2

export const labelLimits = { count: 32, bytes: 1024 } as const
export const environmentLimits = { count: 500, bytes: 128 * 1024 } as const
export const listLimit = 100
export const portsLimit = 10
