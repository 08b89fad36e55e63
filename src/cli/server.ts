// Asking a running kyozo: where it is, with which token, and what its answers mean.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { KyozoError } from '../errors.ts'

export interface ServerOptions {
  readonly server?: string
  readonly token?: string
}

export interface JsonApiResource {
  readonly type: string
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly relationships?: Readonly<Record<string, { readonly data: { readonly id: string } | null }>>
}

export interface JsonApiDocument {
  readonly data: JsonApiResource | readonly JsonApiResource[]
  readonly meta?: Readonly<Record<string, unknown>>
  readonly links?: { readonly next?: string | null }
}

const requestMs = 30_000
const defaultServer = 'http://127.0.0.1:4400'
const saved = z.object({ server: z.string(), token: z.string() })

export function withServer(command: Command): Command {
  return command
    .addOption(
      new Option('--server <url>', 'address of kyozo; default is the one logged in to, else http://127.0.0.1:4400').env('KYOZO_URL'),
    )
    .addOption(new Option('--token <token>', 'API token; default is the one logged in with').env('KYOZO_TOKEN'))
}

export interface Server {
  readonly url: string
  get(path: string): Promise<JsonApiDocument>
  /** Every resource of a listing, page after page. */
  list(path: string): Promise<readonly JsonApiResource[]>
  request(method: string, path: string, body?: string): Promise<{ readonly status: number; readonly text: string }>
}

export async function openServer(options: ServerOptions): Promise<Server> {
  const login = await readLogin()
  const url = (options.server ?? login?.server ?? defaultServer).replace(/\/+$/, '')
  const token = options.token ?? (login?.server === url || options.server === undefined ? login?.token : undefined)
  const request = (method: string, at: string, body?: string) => send({ url, token, method, path: at, body })
  const get = async (at: string) => JSON.parse(accepted(await request('GET', at), url).text) as JsonApiDocument
  return {
    url,
    request,
    get,
    async list(at) {
      const found: JsonApiResource[] = []
      for (let next: string | null | undefined = at; next; ) {
        const page: JsonApiDocument = await get(next)
        found.push(...[page.data].flat())
        next = page.links?.next
      }
      return found
    },
  }
}

/** All workspaces, or the one of this name. Throws `not_found` when there is none of this name. */
export async function findWorkspaces(server: Server, name: string | undefined): Promise<readonly JsonApiResource[]> {
  const found = await server.list(`/api/v1/workspaces${name === undefined ? '' : `?filter[name]=${encodeURIComponent(name)}`}`)
  if (name !== undefined && found.length === 0)
    throw new KyozoError('not_found', `there is no workspace named ${name}`, { hint: 'kyozo status lists all of them' })
  return found
}

async function send(call: { url: string; token: string | undefined; method: string; path: string; body: string | undefined }) {
  const headers: Record<string, string> = { Accept: 'application/vnd.api+json' }
  if (call.token !== undefined) headers.Authorization = `Bearer ${call.token}`
  if (call.body !== undefined) headers['Content-Type'] = 'application/vnd.api+json'
  try {
    const answer = await fetch(`${call.url}${call.path}`, {
      method: call.method,
      headers,
      signal: AbortSignal.timeout(requestMs),
      ...(call.body === undefined ? {} : { body: call.body }),
    })
    return { status: answer.status, text: await answer.text() }
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new KyozoError('request_timed_out', `${call.url} did not answer within ${requestMs / 1000} s`, { cause: error })
    throw new KyozoError('engine_unavailable', `kyozo did not answer at ${call.url}`, {
      hint: 'start it with npm start, or give its address with --server',
      cause: error,
    })
  }
}

function accepted(answer: { readonly status: number; readonly text: string }, url: string): { readonly text: string } {
  if (answer.status < 400) return answer
  const detail = detailOf(answer.text)
  if (answer.status === 401)
    throw new KyozoError('unauthorized', `${url} does not accept this token`, {
      hint: 'run kyozo login, or give the token with --token or KYOZO_TOKEN',
    })
  if (answer.status === 404) throw new KyozoError('not_found', detail)
  if (answer.status >= 500)
    throw new KyozoError('store_unavailable', `${url} answered ${answer.status}: ${detail}`, { hint: 'the log of kyozo says more' })
  throw new KyozoError('bad_request', detail)
}

function detailOf(text: string): string {
  try {
    const document = z.object({ errors: z.array(z.object({ detail: z.string() })).min(1) }).parse(JSON.parse(text))
    return document.errors[0]!.detail
  } catch {
    return text.slice(0, 500)
  }
}

function loginFile(): string {
  return path.join(process.env.XDG_CONFIG_HOME ?? path.join(homedir(), '.config'), 'kyozo', 'login.json')
}

async function readLogin(): Promise<z.infer<typeof saved> | undefined> {
  const text = await readFile(loginFile(), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const login = saved.safeParse(JSON.parse(text))
  return login.success ? login.data : undefined
}

export async function saveLogin(login: z.infer<typeof saved>): Promise<string> {
  const file = loginFile()
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, JSON.stringify(login), { mode: 0o600 })
  return file
}
