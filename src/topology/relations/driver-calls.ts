// Variables that source hands to a driver: whatever they are called, they hold what the driver asks for.
import type { StatedAddress } from '../claim.ts'
import type { Repository } from '../repository.ts'
import type { BackingKind } from '../topology.ts'

/** What a call is given a variable for. */
export interface DriverUse {
  /** What the driver may talk to; a call of a library for several databases leaves it to the driver that is installed. */
  readonly kinds: readonly BackingKind[]
  /** The part of the address, in the words that variables use for it; none is the whole address. */
  readonly part?: string
}

/** The addresses that source reads, with the driver's call that each is handed to. */
export function withDriverCalls(addresses: readonly StatedAddress[], repository: Repository): StatedAddress[] {
  return addresses.map((address) => {
    const { variable, from, evidence } = address
    const text = variable === undefined || from !== 'source' ? undefined : repository.read.text(evidence.path)?.slice(0, textLimit)
    const use = text === undefined || variable === undefined ? undefined : useOf(text, { variable, line: evidence.line ?? 1 })
    return use === undefined ? address : { ...address, handedTo: use }
  })
}

/** Characters of a source file that are looked at, before a variable, and between a call and what it is given. */
const textLimit = 64 * 1024
const beforeLimit = 400
const argumentsLimit = 200

const sql = ['postgres', 'mysql', 'mariadb', 'sqlserver', 'oracle', 'cockroachdb', 'clickhouse'] as const satisfies readonly BackingKind[]

/** Calls by which drivers connect. Data: add a row, no code. */
const calls: readonly (readonly [RegExp, readonly BackingKind[]])[] = [
  [/\bnew (?:pg\.)?(?:Pool|Client)$|\b(?:asyncpg|psycopg2?|psycopg_pool|aiopg|pg8000)\.(?:connect|create_pool|AsyncConnection\.connect)$|\b(?:Async)?ConnectionPool$|\bpgxpool\.(?:New|Connect|ParseConfig|NewWithConfig)$|\bpgx\.(?:Connect|ParseConfig)$|\bPgPool(?:Options::new\(\)[^;]{0,80})?::?\.?connect$|\bPG\.connect$|\bpostgres$|\bPostgrex\.start_link$/, ['postgres', 'cockroachdb']],
  [/\b(?:mysql2?|mariadb)(?:\.promise\(\))?\.create(?:Pool|Connection|PoolCluster)$|\b(?:pymysql|MySQLdb|aiomysql|mysql\.connector|asyncmy)\.(?:connect|create_pool)$|\bMySqlPool::connect$|\bMysql2::Client\.new$/, ['mysql', 'mariadb']],
  [/\bnew (?:IO)?Redis(?:\.Cluster)?$|\b(?:[Rr]edis|ioredis|IORedis|valkey)\.(?:createClient|createCluster|from_url|StrictRedis|Redis|NewClient|ParseURL|NewClusterClient|Dial|DialURL|new|asyncio\.from_url|Client::open)$|(?<![.\w])createClient$|\b(?:aioredis|redis)\.(?:create_redis_pool|from_url)$|\bRedis\.(?:new|from_url|fromURL)$|\bRedis$|\bredis::Client::open$|\basynq\.RedisClientOpt$|\b(?:Bull|Redis|IORedis)Module\.forRoot(?:Async)?$/, ['redis', 'valkey']],
  [/\bmongoose(?:["']\))?\.(?:connect|createConnection)$|\bnew MongoClient$|\bMongoClient\.connect$|\b(?:AsyncIOMotorClient|MongoClient|AsyncMongoClient)$|\bApplyURI$|\bmongo\.(?:Connect|NewClient)$|\bMongo::Client\.new$|\bMongooseModule\.forRoot(?:Async)?$/, ['mongodb', 'documentdb']],
  [/\bamqp(?:lib)?\.(?:connect|Dial|DialConfig|connect_robust)$|\b(?:aio_pika\.connect(?:_robust)?|pika\.URLParameters|pika\.ConnectionParameters)$|\bBunny\.new$|\bamqp091\.Dial$/, ['rabbitmq']],
  [/\bnats\.(?:connect|Connect)$/, ['nats']],
  [/\bnew Kafka$|\bKafka(?:Producer|Consumer)$|\bAIOKafka(?:Producer|Consumer)$|\bkafka\.(?:NewReader|NewWriter|DialLeader)$|\bsarama\.New\w{1,30}$/, ['kafka']],
  [/\b(?:Async)?Elasticsearch$|\belasticsearch\.NewClient$/, ['elasticsearch']],
  [/\bnew Memcached$|\bmemjs\.Client\.create$|\bmemcache\.(?:New|Client)$|\bpymemcache\.Client$/, ['memcached']],
  [/\b(?:sqlalchemy\.)?create_(?:async_)?engine$|\bsql\.Open$|\bsqlx\.(?:Open|Connect|MustConnect)$|\bgorm\.Open$|\b(?:postgres|mysql|sqlserver)\.Open$|\bnew (?:Sequelize|DataSource|Kysely|PrismaClient)$|\bknex$|\bcreateConnection$|\bcreatePool$|\b(?:TypeOrm|Sequelize|MikroOrm|Knex)Module\.forRoot(?:Async)?$|\bdatabases\.Database$|\bDatabase$|\bSequel\.connect$|\bAnyPool::connect$|\bdrizzle$|\bnew PDO$/, sql],
] // biome-ignore format: a table

/** The end of an expression that reads a variable, up to its name. */
const reading =
  /(?:process\.env(?:\.|\[["'])|import\.meta\.env\.|(?:Deno|Bun)\.env(?:\.get\(["']|\.)|os\.(?:Getenv|LookupEnv|getenv)\(["']|os\.environ(?:\.get\(|\[)["']|\b(?:getenv|env|config|require_env|must\w{0,20}|getEnv|GetEnv|Env)\(["']|ENV(?:\.fetch\(|\[)["']|System\.(?:getenv|get_env|fetch_env!)\(["']|(?:std::)?env::var\(["']|viper\.GetString\(["']|\b\w{1,30}[!?]?\.(?:get|getOrThrow)(?:<\w{1,20}>)?\(["']|\benv\.)$/

const parts: Readonly<Record<string, string>> = {
  host: 'HOST', hostname: 'HOST', server: 'HOST', port: 'PORT', user: 'USER', username: 'USER', password: 'PASSWORD', passwd: 'PASSWORD', pass: 'PASSWORD', database: 'DATABASE', db: 'DATABASE',
  dbname: 'DATABASE', addr: 'ADDR', address: 'ADDR',
} // biome-ignore format: a table

/** The call that a variable is given, where it is read or under the name that it is given there. */
function useOf(text: string, { variable, line }: { variable: string; line: number }): DriverUse | undefined {
  const start = lineStart(text, line)
  const at = start < 0 ? -1 : text.indexOf(variable, start)
  if (at < 0 || at - start > 500) return undefined
  const before = text.slice(Math.max(0, at - beforeLimit), at)
  const expression = reading.exec(before)
  if (expression === null) return undefined
  const given = before.slice(0, expression.index)
  const direct = callBefore(given, variable)
  // An argument by name looks like an assignment.
  if (direct !== undefined) return direct === 'other' ? undefined : direct
  const name = /(?:^|[\s;{(])([A-Za-z_]\w{0,40})\s{0,4}(?::\s{0,4}[\w |]{1,30})?\s{0,4}:?=\s{0,4}(?:await\s)?$/.exec(given)?.[1]
  return name === undefined ? undefined : callWith(text, { name, variable })
}

function callWith(text: string, { name, variable }: { name: string; variable: string }): DriverUse | undefined {
  const uses = [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].slice(0, usesLimit)
  for (const { index } of uses) {
    const found = callBefore(text.slice(Math.max(0, index - beforeLimit), index), variable)
    if (found !== undefined && found !== 'other') return found
  }
  return undefined
}

/** Places of one name that are looked at. */
const usesLimit = 40

/** The driver's call whose arguments the text ends in. */
function callBefore(text: string, variable: string): DriverUse | 'other' | undefined {
  let depth = 0
  for (let at = text.length - 1; at >= 0 && text.length - at <= argumentsLimit; at--) {
    if (text[at] === ')') depth++
    else if (text[at] === ';' && depth === 0) return undefined
    else if (text[at] === '(' && depth > 0) depth--
    else if (text[at] === '(') {
      const called = text.slice(Math.max(0, at - 80), at).trimEnd()
      const kinds = calls.find(([pattern]) => pattern.test(called))?.[1]
      if (kinds !== undefined) return isElse(called, text.slice(at)) ? 'other' : useAs(kinds, { argument: text.slice(at), variable })
    }
  }
  return undefined
}

/** Go's first argument is the driver's name, not where it connects to; other products have a `createClient` of their own. */
function isElse(called: string, argument: string): boolean {
  if (/(?<![.\w])createClient$/.test(called)) return !/^\(\s{0,10}\{/.test(argument)
  return /\bsqlx?\.\w{1,20}$/.test(called) && !argument.includes(',')
}

/** `host: `, `password=`: an argument may be a part of the address, or something else that the call is told. */
function useAs(kinds: readonly BackingKind[], { argument, variable }: { argument: string; variable: string }): DriverUse | 'other' {
  const key = /["']?\b(\w{1,20})["']?\s{0,4}[:=]\s{0,4}(?:Number\(|parseInt\(|int\(|\+)?$/.exec(argument)?.[1]?.toLowerCase()
  if (key !== undefined && Object.hasOwn(parts, key)) return { kinds, part: parts[key] ?? '' }
  if (
    key !== undefined &&
    !/^(?:\w{0,10}ur[il]|\w{0,10}dsn|dialector|connection\w{0,10}|conn\w{0,10}|brokers?|nodes?|servers?|datasources?)$/.test(key)
  )
    return 'other'
  const part = /(?:^|_)(HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS)$/.exec(variable)?.[1]
  return { kinds, ...(part === undefined ? {} : { part }) }
}

function lineStart(text: string, line: number): number {
  let at = 0
  for (let left = line - 1; left > 0; left--) {
    at = text.indexOf('\n', at) + 1
    if (at === 0) return -1
  }
  return at
}
