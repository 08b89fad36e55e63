// Every answer of the API that a test gets is checked against the OpenAPI document: an undocumented status, or a body that is not as documented,
// fails the test that asked. Loaded before every test file; costs nothing where nobody asks.
import type { AnswerChecker } from './openapi-checker.ts'
import { unchecked } from './unchecked.ts'

const fetchAsIs = globalThis.fetch
let checker: Promise<AnswerChecker> | undefined

globalThis.fetch = async (input, init) => {
  const answer = await fetchAsIs(input, init)
  const { origin, pathname } = new URL(answer.url || String(input))
  if (!pathname.startsWith('/api/v1/') || unchecked.has(origin)) return answer
  checker ??= import('./openapi-checker.ts').then(({ createChecker }) => createChecker())
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase()
  const type = answer.headers.get('content-type') ?? ''
  // A stream does not end.
  const body = type.startsWith('text/event-stream') ? undefined : await answer.clone().text()
  const wrong = (await checker).problemWith({ method, pathname, status: answer.status, type, body })
  if (wrong !== undefined) throw new Error(`${method} ${pathname} answered ${answer.status} other than documented: ${wrong}`)
  return answer
}
