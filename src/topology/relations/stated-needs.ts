// What files for platforms say that a service needs: another service of the same file, a database, an add-on.
import { isStack } from '../claim.ts'
import type { StatedNeed, Statement } from '../declared/statement.ts'
import { allStatements, statementsAbout } from '../declared/statements.ts'
import type { Source } from '../precedence.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { BackingKind, Evidence } from '../topology.ts'
import { ruleOf } from './kinds.ts'

/** Another service, or a kind of backing service that somebody has to provide. */
export type NeededThing = { readonly service: string } | { readonly kind: BackingKind; readonly variable?: string }

export interface StatedRequirement {
  readonly thing: NeededThing
  readonly evidence: Evidence
  /** Whose file says it. */
  readonly source: Source
}

interface Context {
  readonly drafts: readonly Draft[]
  readonly repository: Repository
}

/** Names that say nothing known are passed over: an add-on for logs is nothing that a service waits for. */
export function statedNeeds({ path, claim }: Draft, { drafts, repository }: Context): StatedRequirement[] {
  if (isStack(claim.type)) return []
  return statementsAbout(path, repository).flatMap((statement) =>
    (statement.needs ?? []).flatMap((need): StatedRequirement[] => {
      const service = serviceNamed(need.name, statement, { drafts, repository })
      if (service !== undefined) return [{ thing: { service }, evidence: need.evidence, source: statement.source }]
      const kind = kindOf(need)
      if (kind === undefined) return []
      const variable = need.variable === undefined ? {} : { variable: need.variable }
      return [{ thing: { kind, ...variable }, evidence: need.evidence, source: statement.source }]
    }),
  )
}

/** The service that the same file calls by this name. */
function serviceNamed(name: string, { evidence: { path } }: Statement, { drafts, repository }: Context): string | undefined {
  for (const [folder, statements] of allStatements(repository)) {
    const isMeant = statements.some((statement) => statement.name === name && statement.evidence.path === path)
    const found = isMeant ? drafts.find((draft) => draft.path === folder && !isStack(draft.claim.type)) : undefined
    if (found !== undefined) return found.name
  }
  return undefined
}

/** What add-ons are that do not carry the name of it. */
const addons: Readonly<Record<string, BackingKind>> = {
  postgresql: 'postgres', pg: 'postgres', elephantsql: 'postgres', jawsdb: 'mysql', cleardb: 'mysql', rediscloud: 'redis', 'openredis': 'redis', redistogo: 'redis', redisgreen: 'redis',
  mongolab: 'mongodb', mongohq: 'mongodb', mongo: 'mongodb', ormongo: 'mongodb', cloudamqp: 'rabbitmq', rabbit: 'rabbitmq', bonsai: 'elasticsearch', searchbox: 'elasticsearch', foundelasticsearch: 'elasticsearch', memcachier: 'memcached', memcachedcloud: 'memcached', memcache: 'memcached', cloudkarafka: 'kafka', bucketeer: 's3', mariadb: 'mariadb',
} // biome-ignore format: a table

/** `heroku-postgresql`, `my-redis` and `jawsdb-maria` by one of their words. */
function kindOf({ name, kind }: StatedNeed): BackingKind | undefined {
  if (kind !== undefined) return kind
  const words = name
    .slice(0, 100)
    .toLowerCase()
    .split(/[^a-z0-9]/)
  if (words[0] === 'jawsdb' && words[1] === 'maria') return 'mariadb'
  for (const word of words) {
    const found = Object.hasOwn(addons, word) ? addons[word] : ruleOf(word)?.kind
    if (found !== undefined) return found
  }
  return undefined
}
