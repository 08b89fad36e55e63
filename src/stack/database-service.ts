// A folder whose image is a database runs as the backing service that it stands in for: with its own password, data that stays, and an
// address that its siblings are given.
import { isProvided, type ProvidedKind } from '../topology/relations/kinds.ts'
import { backingKinds, type ServiceSpec } from '../topology/topology.ts'
import { type BackingRecipe, backingRecipe } from './backing.ts'
import { commandOf } from './backing-service.ts'
import type { ComposeMap, ComposeValue } from './compose-value.ts'
import { confine, healthcheck } from './defaults.ts'
import type { Endpoint, ServiceDraft } from './service-draft.ts'

export function asDatabase(draft: ServiceDraft, spec: ServiceSpec): ServiceDraft {
  const kind = providedKind(spec)
  // An image that nobody knows may name its variables and its folders in another way.
  if (kind === undefined || (spec.build.kind === 'dockerfile' && draft.volumes.length === 0)) return draft
  const recipe = backingRecipe(kind, spec.name)
  const { dataFolder } = recipe
  if (dataFolder === undefined) return draft
  const volume = `${spec.name}-data`
  const hasVolume = draft.volumes.length > 0
  const environment = { ...(statesPassword(draft) ? {} : recipe.environment), ...draft.environment }
  return {
    ...draft,
    definition: {
      ...(spec.build.kind === 'template' ? unpublished(draft.definition) : draft.definition),
      ...(hasVolume ? {} : { volumes: [{ type: 'volume', source: volume, target: dataFolder }] }),
      ...(draft.hasHealthcheck ? {} : { healthcheck: healthcheck(recipe.healthcheck) }),
      ...(spec.build.kind === 'template' ? confine(recipe) : {}),
    },
    environment,
    volumes: hasVolume ? draft.volumes : [volume],
    ...(draft.hasHealthcheck ? {} : { hasHealthcheck: true, health: { kind: 'exec', command: commandOf(recipe.healthcheck) } }),
    endpoint: { ...draft.endpoint, ...loginOf(kind, environment, recipe) },
    ...(statesPassword(draft) ? {} : { hasMadeLogin: true }),
  }
}

/** Only its siblings sign in. */
function unpublished({ ports, ...definition }: ComposeMap): ComposeMap {
  return definition
}

function providedKind({ framework }: ServiceSpec): ProvidedKind | undefined {
  const kind = backingKinds.find((one) => one === framework)
  return kind !== undefined && isProvided(kind) ? kind : undefined
}

/** Whoever states a password has decided how one signs in. */
function statesPassword({ environment }: ServiceDraft): boolean {
  return Object.keys(environment).some((name) => /PASSWORD|_PASS$/.test(name))
}

interface LoginVariables {
  readonly user: readonly string[]
  readonly password: readonly string[]
  readonly database: readonly string[]
  /** Who signs in when nothing names a user. */
  readonly usual?: string
}

/** The variables of the official images that say how one signs in, the most binding first. */
const loginVariables: Readonly<Partial<Record<ProvidedKind, LoginVariables>>> = {
  postgres: { user: ['POSTGRES_USER'], password: ['POSTGRES_PASSWORD'], database: ['POSTGRES_DB', 'POSTGRES_USER'], usual: 'postgres' },
  mysql: { user: ['MYSQL_USER'], password: ['MYSQL_PASSWORD', 'MYSQL_ROOT_PASSWORD'], database: ['MYSQL_DATABASE'], usual: 'root' },
  mariadb: {
    user: ['MARIADB_USER', 'MYSQL_USER'],
    password: ['MARIADB_PASSWORD', 'MYSQL_PASSWORD', 'MARIADB_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD'],
    database: ['MARIADB_DATABASE', 'MYSQL_DATABASE'],
    usual: 'root',
  },
  mongodb: { user: ['MONGO_INITDB_ROOT_USERNAME'], password: ['MONGO_INITDB_ROOT_PASSWORD'], database: ['MONGO_INITDB_DATABASE'] },
  rabbitmq: { user: ['RABBITMQ_DEFAULT_USER'], password: ['RABBITMQ_DEFAULT_PASS'], database: [] },
}

function loginOf(
  kind: ProvidedKind,
  environment: Readonly<Record<string, ComposeValue>>,
  recipe: BackingRecipe,
): Pick<Endpoint, 'user' | 'password' | 'database'> {
  const names = loginVariables[kind]
  if (names === undefined) return recipe.login
  const stated = (variables: readonly string[]) =>
    variables.map((name) => environment[name]).find((value): value is string => typeof value === 'string' && value !== '')
  const user = stated(names.user) ?? names.usual
  const password = stated(names.password) ?? recipe.login.password
  const database = stated(names.database) ?? (kind === 'postgres' ? user : recipe.login.database)
  return {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
  }
}
