// `kyozo login`: a browser in which somebody is signed in says yes to this terminal, or a token comes on standard input. `kyozo logout` undoes it.
import { setTimeout as delay } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { z } from 'zod'
import { KyozoError } from '../errors.ts'
import { readHidden } from './ask.ts'
import { printable, printDocument } from './print.ts'
import { forgetLogin, loginFile, readLogin, saveLogin } from './server/login-file.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'
import { readViewer, viewerWords } from './whoami.ts'

export function loginCommand(): Command {
  return withServer(
    new Command('login')
      .description('keep the address and a token of a kyozo for later commands')
      .option('--with-token', 'read a token from standard input instead of asking in a browser')
      .option('--json', 'print one JSON document'),
  ).action(async (options: ServerOptions & { readonly withToken?: boolean; readonly json?: boolean }) => {
    // A token of an older login is no help in getting a new one.
    const { url } = await openServer(options)
    const token = options.withToken
      ? await readHidden('API token')
      : (options.token ?? (await askInBrowser(await openServer({ server: url }))))
    const server = await openServer({ server: url, token })
    const viewer = await readViewer(server)
    const file = await saveLogin({ server: url, token })
    process.stderr.write(`Logged in to ${url} as ${printable(viewerWords(viewer))}; kept in ${file}\n`)
    if (options.json) printDocument({ schemaVersion: 1, server: url, ...viewer })
  })
}

export function logoutCommand(): Command {
  return withServer(
    new Command('logout')
      .description('forget the login; a token that login made is revoked')
      .addOption(new Option('--keep-token', 'do not revoke the token')),
  ).action(async (options: ServerOptions & { readonly keepToken?: boolean }) => {
    const login = await readLogin().catch(() => undefined)
    if (login !== undefined && !options.keepToken) await revokeOwn(await openServer({ server: login.server, token: login.token }))
    const was = await forgetLogin()
    process.stderr.write(
      was ? `Logged out${login === undefined ? '' : ` of ${login.server}`}; ${loginFile()} is gone\n` : 'Nobody was logged in.\n',
    )
  })
}

/** What the server calls tokens that a login made; others belong to whoever made them. */
const terminalToken = 'terminal'

async function revokeOwn(server: Server): Promise<void> {
  try {
    const { token } = await readViewer(server)
    if (token === null) return
    const path = `/api/v1/api_tokens/${token}`
    const { attributes } = (await server.get(path)).data as JsonApiResource
    if (attributes.name === terminalToken) await server.send({ method: 'DELETE', path, to: 'revoke the token' })
  } catch (error) {
    // Logging out works without the server; the token then ends by itself.
    process.stderr.write(`The token was not revoked: ${error instanceof KyozoError ? error.message : 'kyozo did not answer'}\n`)
  }
}

const deviceCode = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string().optional(),
  expires_in: z.number(),
  interval: z.number().default(5),
})

/** The device authorization grant (RFC 8628). */
async function askInBrowser(server: Server): Promise<string> {
  const code = await startDevice(server)
  const minutes = Math.round(code.expires_in / 60)
  process.stderr.write(
    `Open ${printable(code.verification_uri_complete ?? code.verification_uri)}\nand confirm the code ${printable(code.user_code)}, within ${minutes} min.\n`,
  )
  const deadline = performance.now() + code.expires_in * 1000
  let intervalMs = code.interval * 1000
  while (performance.now() < deadline) {
    await delay(intervalMs)
    const answer = await askForToken(server, code.device_code)
    if (answer.kind === 'token') return answer.token
    // RFC 8628 §3.5: five seconds more each time.
    if (answer.kind === 'slow_down') intervalMs += 5_000
  }
  throw new KyozoError('request_timed_out', `nobody confirmed the code within ${minutes} min`, { hint: 'run kyozo login again' })
}

async function startDevice(server: Server): Promise<z.infer<typeof deviceCode>> {
  const answer = await post(server, '/api/auth/device/code', { client_id: 'kyozo' })
  const code = deviceCode.safeParse(answer.body)
  if (code.success) return code.data
  throw new KyozoError('bad_request', `${server.url} has no login for terminals (${answer.status})`, {
    hint: 'give a token: kyozo login --with-token reads it from standard input',
  })
}

type DeviceAnswer = { readonly kind: 'token'; readonly token: string } | { readonly kind: 'pending' | 'slow_down' }

async function askForToken(server: Server, code: string): Promise<DeviceAnswer> {
  const { status, body } = await post(server, '/api/auth/device/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: code,
    client_id: 'kyozo',
  })
  const answer = z
    .object({ access_token: z.string().optional(), error: z.string().optional(), error_description: z.string().optional() })
    .parse(body)
  if (answer.access_token !== undefined) return { kind: 'token', token: answer.access_token }
  if (answer.error === 'authorization_pending') return { kind: 'pending' }
  if (answer.error === 'slow_down' || status === 429) return { kind: 'slow_down' }
  const denied =
    answer.error === 'access_denied' ? 'the login was refused in the browser' : (answer.error_description ?? 'the login failed')
  throw new KyozoError('unauthorized', denied, { hint: 'run kyozo login again' })
}

async function post(server: Server, path: string, body: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const { status, text } = await server.request({ method: 'POST', path, text: JSON.stringify(body), contentType: 'application/json' })
  try {
    return { status, body: JSON.parse(text) }
  } catch {
    return { status, body: {} }
  }
}
