// What a framework itself asks of its environment: the key that it signs and encrypts with, and what a template of its settings chooses.
import type { Claim } from './claim.ts'
import { joinPath } from './paths.ts'
import { djangoKeyVariables } from './relations/configuration/django.ts'
import type { Repository } from './repository.ts'
import type { EnvironmentVariable } from './topology.ts'

/** Variables with what the framework makes of them; they stand above what the source states and below everything that somebody declares. */
export function frameworkVariables(path: string, claim: Claim, repository: Repository): EnvironmentVariable[] {
  const made = keysOf(path, claim, repository).map((name): EnvironmentVariable => {
    return { name, required: true, made: isLaravel(claim) ? 'base64' : 'text' }
  })
  return [...choicesOf(claim), ...made, ...railsMasterKey(path, claim, repository)]
}

/** Rails cannot open its credentials without the key, which is somebody's own: it starts with none only where nothing says that it is wanted. */
function railsMasterKey(path: string, { spec }: Claim, repository: Repository): EnvironmentVariable[] {
  if (spec.framework !== 'rails') return []
  const text = (name: string) => {
    const file = joinPath(path, name)
    return repository.tree.entries.has(file) ? (repository.read.text(file) ?? '').slice(0, 65_536) : undefined
  }
  const isDemanded = ['config/environments/production.rb', 'config/application.rb'].some((name) =>
    /^\s{0,20}config\.require_master_key\s{0,4}=\s{0,4}true\b/m.test(text(name) ?? ''),
  )
  const isSealed = ['config/credentials.yml.enc', 'config/credentials/production.yml.enc'].some((name) =>
    repository.tree.entries.has(joinPath(path, name)),
  )
  const isGiven =
    isSealed &&
    /^[ \t]{0,20}secret:[ \t]{0,20}\n(?:[ \t]{0,20}(?:#|- )[^\n]{0,200}\n){0,40}?[ \t]{0,20}- RAILS_MASTER_KEY\b/m.test(
      text('config/deploy.yml') ?? '',
    )
  return isDemanded || isGiven ? [{ name: 'RAILS_MASTER_KEY', required: true }] : []
}

/** Laravel and what is built on it. */
function isLaravel({ spec }: Claim): boolean {
  return spec.framework === 'laravel' || spec.framework === 'lumen' || spec.framework === 'octane'
}

/** Keys that a framework refuses to start without, whether the source names them or the framework reads them by itself. */
const keys: Readonly<Record<string, readonly string[]>> = {
  laravel: ['APP_KEY'], lumen: ['APP_KEY'], octane: ['APP_KEY'], symfony: ['APP_SECRET'], rails: ['SECRET_KEY_BASE'], phoenix: ['SECRET_KEY_BASE'], adonis: ['APP_KEY'],
} // biome-ignore format: a table

/** Keys that are made where the source or an example names them: their names mean nothing else there. */
const namedKeys: Readonly<Record<string, readonly string[]>> = {
  django: ['SECRET_KEY', 'DJANGO_SECRET_KEY'], flask: ['SECRET_KEY', 'FLASK_SECRET_KEY'], fastapi: ['SECRET_KEY'],
  strapi: ['APP_KEYS', 'API_TOKEN_SALT', 'ADMIN_JWT_SECRET', 'TRANSFER_TOKEN_SALT'], payload: ['PAYLOAD_SECRET'],
} // biome-ignore format: a table

/** Packages that read a key by a name of their own. */
const packageKeys: readonly (readonly [string, readonly string[]])[] = [
  ['next-auth', ['NEXTAUTH_SECRET', 'AUTH_SECRET']],
  ['@auth/core', ['AUTH_SECRET']],
  ['better-auth', ['BETTER_AUTH_SECRET']],
  ['payload', ['PAYLOAD_SECRET']],
]

function keysOf(path: string, { spec, dependencies }: Claim, repository: Repository): string[] {
  const framework = spec.framework ?? ''
  const named = new Set((spec.environment ?? []).map(({ name }) => name))
  const own = Object.hasOwn(keys, framework) ? (keys[framework] ?? []) : []
  const known = Object.hasOwn(namedKeys, framework) ? (namedKeys[framework] ?? []) : []
  const settings = framework === 'django' ? djangoKeyVariables(path, repository) : []
  const installed = new Set(dependencies.map(({ name }) => name))
  const packaged = packageKeys.flatMap(([name, variables]) => (installed.has(name) ? variables : []))
  return [...new Set([...own, ...settings, ...[...known, ...packaged].filter((name) => named.has(name))])]
}

/** A new Laravel application is a copy of its example: what it chooses to work with there is chosen, addresses and names are not. */
const choices =
  /^(?:DB_CONNECTION|(?:QUEUE|BROADCAST)_(?:CONNECTION|DRIVER)|(?:CACHE|SESSION)_(?:STORE|DRIVER)|REDIS_CLIENT|FILESYSTEM_DISK|SCOUT_DRIVER)$/

function choicesOf(claim: Claim): EnvironmentVariable[] {
  if (!isLaravel(claim)) return []
  return claim.addresses.flatMap(({ variable = '', value, from }) =>
    from === 'example' && choices.test(variable) && /^\w{1,30}$/.test(value) ? [{ name: variable, required: false, value }] : [],
  )
}
