// A request for a repository that lies with another process of kyozo is led there, byte for byte, and its answer back.
import { request as ask, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as askSecurely } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { NextFunction, Request, Response } from 'express'
import { KyozoError } from '../errors.ts'
import { type HomeParts, homeElsewhere, type ReachedHome, repositoryAway } from '../pipeline/home.ts'
import { findWorkspaceByName, workspaceNamePattern } from '../store/workspaces.ts'
import { viewerIn } from './authenticate.ts'

/** Set on what is led on: it is not led on once more. */
const forwardedHeader = 'kyozo-forwarded'
const connectMs = 5_000
/** Of one connection between two others. */
const perHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
])

/** What is asked of a repository that lies with another process is looked at there once more. */
export function leadHome(parts: HomeParts, nameIn: (request: Request) => string) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const name = nameIn(request)
    // What cannot be a name is refused, in words, by whoever answers here.
    const workspace = workspaceNamePattern.test(name) ? await findWorkspaceByName(parts.db, name) : undefined
    const isMine = workspace?.teamId === viewerIn(response).teamId && workspace.forge === 'git'
    const home = isMine ? await homeElsewhere(parts, workspace) : undefined
    if (workspace === undefined || home === undefined) next()
    else await forwardGit(request, response, { home, workspace })
  }
}

export async function forwardGit(
  request: Request,
  response: Response,
  { home, workspace }: { readonly home: ReachedHome; readonly workspace: { readonly name: string } },
): Promise<void> {
  if (request.headers[forwardedHeader] !== undefined)
    throw new KyozoError('repository_away', `the repository of ${workspace.name} is moving to another process`, { hint: 'try again' })
  const url = placeAt(home, request)
  const headers = { ...endToEnd(request.headers), [forwardedHeader]: '1', 'x-forwarded-for': request.ip ?? '' }
  const upstream = (url.protocol === 'https:' ? askSecurely : ask)(url, { method: request.method, headers, agent: false })
  const answered = answerOf(upstream).catch((error: unknown) => {
    throw repositoryAway(workspace, home, error)
  })
  request.once('aborted', () => upstream.destroy())
  response.once('close', () => upstream.destroy())
  // One that breaks off is told of by the answer, or by its missing.
  pipeline(request, upstream).catch(() => upstream.destroy())
  const answer = await answered
  response.status(answer.statusCode ?? 502).set(endToEnd(answer.headers))
  response.flushHeaders()
  await pipeline(answer, response).catch(() => response.destroy())
}

/** A request may name another host in its first line: only the place on the host is taken from it. */
function placeAt(home: ReachedHome, { originalUrl }: Request): URL {
  const asked = new URL(originalUrl, home.address)
  const url = new URL(home.address)
  url.pathname = asked.pathname
  url.search = asked.search
  return url
}

function answerOf(upstream: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Only connecting has a deadline: a push is answered when its release has ended.
    const timer = setTimeout(() => upstream.destroy(new Error('it did not answer in time')), connectMs)
    upstream.once('socket', (socket) => socket.once('connect', () => clearTimeout(timer)))
    upstream.once('response', resolve)
    upstream.once('error', reject)
    upstream.once('close', () => {
      clearTimeout(timer)
      reject(new Error('it closed the connection'))
    })
  })
}

function endToEnd(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string | string[]] => header[1] !== undefined && !perHop.has(header[0])),
  )
}
