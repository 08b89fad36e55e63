// Services of a compose file that do one thing and end: they build, migrate, seed or prepare what the others run with.
import { printable } from '../../paths.ts'
import type { Evidence } from '../../topology.ts'
import type { ComposeServiceFacts, RunsOnce } from './facts.ts'

/** Tells what runs once. What publishes a port or is asked for its health is there to stay, whatever else is said of it. */
export function withRunsOnce(services: readonly ComposeServiceFacts[]): readonly ComposeServiceFacts[] {
  const waitedFor = new Map(
    services.flatMap(({ dependsOn }) =>
      dependsOn.flatMap(({ service, isCompletion, evidence }) => (isCompletion ? [[service, evidence] as const] : [])),
    ),
  )
  return services.map((service) => {
    if (service.ports.length > 0 || service.published.length > 0 || service.healthTest !== undefined) return service
    const runsOnce = runsOnceOf(service, waitedFor.get(service.name))
    return runsOnce === undefined ? service : { ...service, runsOnce }
  })
}

function runsOnceOf(service: ComposeServiceFacts, waited: Evidence | undefined): RunsOnce | undefined {
  const { name, command, entrypoint, restart, evidence } = service
  const shown = printable(name)
  if (waited !== undefined) return { isCertain: true, evidence: { ...waited, fact: `waits until ${shown} has ended` } }
  const isOver = restart?.isNever === true
  if (endsByItself(entrypoint, command)) {
    const fact = `${shown} ends when its command is done: ${printable(command ?? entrypoint ?? '')}`
    return { isCertain: isOver || restart?.isAlways !== true, evidence: { ...evidence, fact } }
  }
  if (isOver) return { isCertain: preparing.test(name), evidence: { ...restart.evidence, fact: `${shown} is not started again` } }
  if (preparing.test(name) && restart?.isAlways !== true)
    return { isCertain: false, evidence: { ...evidence, fact: `${shown} is named for what is done once` } }
  return undefined
}

/** Names of what is done before anything else runs. */
const preparing =
  /(?:^|[-_.])(?:init|initdb|initiali[sz]e[rd]?|migrat(?:e|ion|ions|or)|db-?migrate|seed|seeds|seeder|seeding|setup|bootstrap|provision|fixtures|db-?init)$/i

/** What does one thing, by how it is called: a task of a package manager, a framework's, a migrating tool's, or a script's name. */
const ending = [
  /^(?:npm|yarn|pnpm|bun)(?: run| exec)?(?: -{1,2}[\w=./@-]{1,60}){0,3} (?:build|ci|install|i|generate|compile|(?:[\w-]{1,30}[:.-]){0,3}(?:migrate|migrations?|seed|setup)(?:[:.-][\w-]{1,30}){0,3})(?=$|\s)/,
  /^(?:\S{1,60} ){0,3}(?:manage\.py|django-admin) (?:migrate|makemigrations|collectstatic|loaddata|createsuperuser|createcachetable|compress|compilemessages|seed\w{0,20}|init\w{0,20})(?=$|\s)/,
  /^(?:\S{1,60} ){0,3}(?:alembic(?: -{1,2}\S{1,60}){0,2} upgrade|prisma (?:migrate|db|generate)|drizzle-kit (?:push|migrate)|sequelize db:|knex migrate|typeorm migration|flask db|sqlx migrate|diesel migration)/,
  /^(?:\S{1,60} ){0,3}(?:rails|rake) (?:db:|assets:precompile)/,
  /^(?:\S{1,60} ){0,3}(?:\S{1,100}\/)?(?:artisan (?:migrate|db:|optimize|key:|storage:link)|console doctrine:|dotnet-ef|dotnet ef|mix (?:ecto\.|deps\.|compile|release)|flyway|liquibase|goose|dbmate|atlas migrate)/,
  /^(?:\S{1,100}\/)?(?:(?:ba|a|da)?sh |python3? |node |bun |php |ruby )?(?:\S{1,100}\/)?(?:(?:db|run|do)[-_])?(?:migrate|migrations?|seed|seeder|init[-_]?db|create[-_](?:db|topics?|buckets?))(?:[-_](?!server|service|worker|api)\w{1,30})?(?:\.(?:sh|py|js|mjs|ts|rb|php))?(?=$|\s)/,
  /^(?:\S{1,100}\/)?[\w.-]{1,60} (?:db[:.-])?(?:migrate|migrations?|seed)(?:[-_:](?:up|all|db|deploy|run|seed|data))?(?=$|\s)/,
  /^(?:vite|next|nuxt|webpack|tsc|go|cargo|hugo|make|gradle|mvn|\.\/gradlew|\.\/mvnw|dotnet)(?: [\w:-]{1,30}){0,2} (?:build|package|compile|install|generate)(?=$|\s)/,
  /^(?:cp|mv|chown|chmod|mkdir|rm|echo|touch|true|exit|openssl|mc)(?=$|\s)/,
]

const watching = /(?:^|\s)(?:-w|--watch|--poll)(?=$|[\s=])|\bwatch\b/

function endsByItself(entrypoint: string | undefined, command: string | undefined): boolean {
  const whole = [entrypoint, command].filter((part) => part !== undefined).join(' ')
  return [command, whole].some((line) => {
    const last = lastOf(line ?? '')
    return last !== '' && !watching.test(last) && ending.some((pattern) => pattern.test(last))
  })
}

/** The last command of a shell's line, which decides whether the container goes on. */
function lastOf(line: string): string {
  const inner = line
    .slice(0, 2000)
    .trim()
    .replace(/^(?:\/usr)?(?:\/bin\/)?(?:ba|a|da)?sh (?:-[a-z]{1,6} ){1,3}/, '')
    .replace(/^["']|["']$/g, '')
  const last = inner.split(/&&|;/).findLast((part) => part.trim() !== '') ?? ''
  return (last.split('||')[0] ?? '')
    .trim()
    .replace(/^(?:exec|time|npx(?: --yes| -y)?|bundle exec|poetry run|uv run|pipenv run|yarn run|pnpm exec) /, '')
}
