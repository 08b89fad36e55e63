// Git's smart HTTP by Git's own server program, `git http-backend`, spoken to as CGI.
import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface GitRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The folder of the bare repository. */
  readonly folder: string
  /** What follows the repository in the address: `/info/refs`. */
  readonly path: string
  readonly query: string
  /** Called when Git has done its work. Default is that nobody listens. */
  readonly onEnd?: () => void
}

export function serveGit({ request, response, folder, path, query, onEnd }: GitRequest): void {
  const { headers } = request
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'x-access-token',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  request.pipe(child.stdin)
  // The program may end before it has read everything; its answer says why.
  child.stdin.on('error', () => undefined)
  response.on('close', () => child.kill('SIGKILL'))
  let head = Buffer.alloc(0)
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    child.stdout.off('data', onData)
    writeHead(response, head.subarray(0, end).toString('latin1'))
    response.write(head.subarray(end + 4))
    child.stdout.pipe(response, { end: false })
  }
  child.stdout.on('data', onData)
  child.stdout.on('end', () => {
    if (!response.headersSent) response.writeHead(500)
    response.end()
  })
  child.on('close', () => onEnd?.())
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200
  for (const line of head.split('\r\n')) {
    const [name = '', value = ''] = line.split(/:\s*/, 2)
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
  response.writeHead(status)
}
