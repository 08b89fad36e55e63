// A person at kyozo's API and a visitor at its edge.
import { request } from 'node:http'

export interface Answer {
  /** 0 when nothing was answered. */
  readonly status: number
  readonly text: string
}

export interface Api {
  get<T = readonly Resource[]>(path: string): Promise<T | undefined>
  /** An action, or a creation; `data` is the document's. */
  send(method: 'POST' | 'DELETE', path: string, data?: object): Promise<Answer>
  /** Asks a service through the edge by its host name. */
  visit(host: string, path?: string): Promise<Answer>
}

export interface Resource {
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
}

const deadlineMs = 8_000

export function openApi(port: number, token: string): Api {
  const ask = (method: string, path: string, more: { readonly headers?: Record<string, string>; readonly body?: string }) =>
    new Promise<Answer>((resolve) => {
      const asked = request(
        { host: '127.0.0.1', port, method, path, headers: more.headers ?? {}, agent: false, timeout: deadlineMs },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
          answer.once('error', (error) => resolve({ status: 0, text: error.message }))
        },
      )
      asked.once('timeout', () => asked.destroy(new Error('no answer')))
      asked.once('error', (error) => resolve({ status: 0, text: error.message }))
      asked.end(more.body)
    })
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/vnd.api+json' }
  return {
    async get<T>(path: string) {
      const { status, text } = await ask('GET', `/api/v1${path}`, { headers })
      return status === 200 ? (JSON.parse(text) as { data: T }).data : undefined
    },
    send: (method, path, data) =>
      ask(method, `/api/v1${path}`, { headers, ...(data === undefined ? {} : { body: JSON.stringify({ data }) }) }),
    visit: (host, path = '/') => ask('GET', path, { headers: { Host: `${host}:${port}` } }),
  }
}
