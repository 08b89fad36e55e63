// GitHub Apps as GitHub's API tells of them, and how one is made of a manifest: a person says yes on a page, and whoever gets the code gets the keys.
import { randomBytes } from 'node:crypto'
import type { KnownApp, Permission, Permissions } from './access.ts'
import type { OperationCall } from './calls.ts'
import { appPart } from './parts.ts'
import { type Answer, failure, isoTime, type World } from './world.ts'

export function getInstallation({ openApi, access }: World, { repository }: OperationCall, app: KnownApp): Answer {
  if (repository === undefined || access.installationOf(app) === 'deleted') return failure(404, 'Not Found')
  return { status: 200, body: { ...openApi.example('installation'), id: app.installationId, app_id: Number(app.appId) } }
}

export function createInstallationToken({ access }: World, { operation, body }: OperationCall, app: KnownApp): Answer {
  if (Number(operation.params.installation_id) !== app.installationId) return failure(404, 'Not Found')
  if (access.installationOf(app) === 'deleted') return failure(404, 'Not Found')
  if (access.installationOf(app) === 'suspended') return failure(403, 'This installation has been suspended')
  const minted = access.mint(app, {
    ...(body.permissions !== undefined && { permissions: body.permissions as Permissions }),
    ...(body.repository_ids !== undefined && { repositoryIds: body.repository_ids as number[] }),
  })
  if (typeof minted === 'string') return failure(422, minted)
  const { token, grant } = minted
  return { status: 201, body: { token, expires_at: isoTime(grant.expiresAtMs), permissions: grant.permissions } }
}

export function getApp(world: World, _: OperationCall, app: KnownApp): Answer {
  return { status: 200, body: appPart(world, app.appId) }
}

export function getHookConfig(_: World, __: OperationCall, { hook }: KnownApp): Answer {
  const { secret, ...shown } = hook
  return { status: 200, body: { ...shown, ...(secret === undefined ? {} : { secret: '********' }) } }
}

/** What the webhooks of its repositories are sent from now on. */
export function updateHookConfig(world: World, call: OperationCall, app: KnownApp): Answer {
  Object.assign(app.hook, call.body)
  for (const hook of world.repositories.flatMap(({ hooks }) => hooks.filter(({ appId }) => appId === app.appId)))
    Object.assign(hook, {
      ...(app.hook.url === undefined ? {} : { url: app.hook.url }),
      ...(app.hook.secret === undefined ? {} : { secret: app.hook.secret }),
      contentType: app.hook.content_type === 'form' ? 'form' : 'json',
    })
  return getHookConfig(world, call, app)
}

interface Manifest {
  readonly name?: string
  readonly url?: string
  readonly redirect_url?: string
  readonly hook_attributes?: { readonly url?: string }
  readonly default_permissions?: Permissions
  readonly default_events?: readonly string[]
}

/** What each event that kyozo could ask for needs to be readable. */
const needs: Readonly<Record<string, Permission>> = {
  push: 'contents',
  pull_request: 'pull_requests',
  issue_comment: 'issues',
  check_run: 'checks',
  deployment: 'deployments',
  status: 'statuses',
}

/** GitHub's own sentences; empty for a manifest that it takes. */
export function manifestProblems({
  name,
  url,
  redirect_url: redirect,
  default_permissions: permissions = {},
  ...more
}: Manifest): readonly string[] {
  const events = more.default_events ?? []
  const unsupported = events.filter((event) => needs[event] === undefined)
  const unmet = events.filter((event) => needs[event] !== undefined && permissions[needs[event]!] === undefined)
  return [
    ...(typeof url === 'string' && URL.canParse(url) ? [] : ['url is required']),
    ...(typeof redirect === 'string' && URL.canParse(redirect) ? [] : ['redirect_url is missing']),
    ...(typeof more.hook_attributes?.url === 'string' ? [] : ['hook_attributes.url is missing']),
    ...((name?.length ?? 0) <= 34 ? [] : ['Name is too long (maximum is 34 characters)']),
    ...(unsupported.length === 0 ? [] : [`Default events unsupported: ${unsupported.join(' and ')}`]),
    ...(unmet.length === 0 ? [] : [`Default events are not supported by permissions: ${unmet.join(' and ')}`]),
  ]
}

const codeLifeMs = 3_600_000

/** The codes that people have been given, each good for one use within an hour. */
export function createManifests() {
  const codes = new Map<string, { readonly manifest: Manifest; readonly untilMs: number }>()
  return {
    /** Somebody has said yes: where GitHub sends the browser, or what it has against the manifest. */
    confirm(
      manifest: Manifest,
      { state, nowMs }: { readonly state: string | null; readonly nowMs: number },
    ): { readonly location: string } | { readonly problems: readonly string[] } {
      const problems = manifestProblems(manifest)
      if (problems.length > 0) return { problems }
      const code = randomBytes(20).toString('hex')
      codes.set(code, { manifest, untilMs: nowMs + codeLifeMs })
      const location = new URL(manifest.redirect_url!)
      location.searchParams.set('code', code)
      if (state !== null) location.searchParams.set('state', state)
      return { location: location.href }
    },
    convert(world: World, { operation }: OperationCall): Answer {
      const code = String(operation.params.code)
      const known = codes.get(code)
      codes.delete(code)
      if (known === undefined || known.untilMs <= world.now()) return failure(404, 'Not Found')
      const { manifest } = known
      const secret = randomBytes(20).toString('hex')
      const slug = (manifest.name ?? 'app').toLowerCase().replace(/[^a-z0-9]+/g, '-')
      const app = world.access.makeApp({
        slug,
        ...(manifest.default_permissions === undefined ? {} : { permissions: manifest.default_permissions }),
        ...(manifest.default_events === undefined ? {} : { events: manifest.default_events }),
        hook: { url: manifest.hook_attributes?.url, secret },
      })
      const keys = {
        client_id: `Iv23.${app.appId}`,
        client_secret: randomBytes(20).toString('hex'),
        webhook_secret: secret,
        pem: app.privateKey,
      }
      return {
        status: 201,
        body: { ...world.openApi.example('integration-from-manifest'), ...appPart(world, app.appId), name: manifest.name, ...keys },
      }
    },
  }
}

export type Manifests = ReturnType<typeof createManifests>
