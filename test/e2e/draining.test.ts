// Requests that take long, while one commit after the other replaces what answers them.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { countContainers } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Mending, startMending } from './mending.ts'

const minutes = 60_000

/** Takes seven seconds for an answer at `/cgi-bin/slow`. */
const service = (version: string) => {
  const script = `#!/bin/sh\\necho "Content-Type: text/plain\\r"\\necho "\\r"\\nsleep 7\\necho slow ${version}\\n`
  const www = `RUN mkdir -p /www/cgi-bin && echo ${version} > /www/index.html && printf '${script}' > /www/cgi-bin/slow && chmod +x /www/cgi-bin/slow`
  return dockerfile('api', [www, 'EXPOSE 8080', 'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]'])
}

let mine: Mending

beforeAll(async () => {
  mine = await startMending(service('1'))
  expect(await mine.push()).toContain('1 live')
}, 3 * minutes)

afterAll(() => mine?.remove(), minutes)

it('lets a request end although two commits go live while it is under way', { timeout: 3 * minutes }, async () => {
  const slow = mine.kyozo.ask(`api.${mine.workspace}.localhost`, '/cgi-bin/slow')
  for (const version of ['2', '3']) {
    await mine.repository.commit(version, service(version))
    expect(await mine.push()).toContain('1 live')
  }
  expect(await slow).toMatchObject({ status: 200, text: 'slow 1\n' })
  expect(await mine.said('api')).toBe('200 3')
  await until('only the newest to be left', async () => (await countContainers(mine.project)) === 1)
})
