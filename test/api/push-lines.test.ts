import { expect, it } from 'vitest'
import { createPushLines } from '../../src/api/push-lines.ts'

const release = (text: string) => ({ stream: 'release' as const, service: null, text })
const build = (text: string, service = 'api') => ({ stream: 'build' as const, service, text })

function printed(lines: readonly ReturnType<typeof release | typeof build>[], showsBuilds = false): string[] {
  const push = createPushLines(showsBuilds)
  return lines.flatMap((line) => push.take(line))
}

it('a push prints the release and the commands that builds really run', () => {
  const lines = [
    release('Release of 6b8b630 (First) to shop production'),
    build('#1 [internal] load build definition from Dockerfile'),
    build('#4 [base 1/2] FROM docker.io/library/node:22-slim'),
    build('#5 [dependencies 1/1] RUN --mount=type=cache,target=/root/.npm,id=x npm ci'),
    build('#5 0.412 added 66 packages'),
    build('#5 DONE 1.2s'),
    build('#6 [source 1/1] COPY [., /app/]'),
    release('Built api in 1.4 s'),
  ]
  expect(printed(lines)).toEqual(['Release of 6b8b630 (First) to shop production', '  api | npm ci', 'Built api in 1.4 s'])
})

it('a step from the cache is not printed', () => {
  expect(printed([build('#5 [dependencies 1/1] RUN npm ci'), build('#5 CACHED'), build('#6 exporting to image')])).toEqual([])
})

it('steps with one number in two builds are two steps', () => {
  const lines = [
    build('#5 [a 1/1] RUN npm ci', 'api'),
    build('#5 [a 1/1] RUN go build', 'catalog'),
    build('#5 CACHED', 'api'),
    build('#5 DONE 40.1s', 'catalog'),
  ]
  expect(printed(lines)).toEqual(['  catalog | go build'])
})

it('a long step that says nothing is printed while it runs, once', () => {
  const push = createPushLines(false)
  expect(push.take(build('#5 [build 4/5] RUN go build'))).toEqual([])
  expect(push.idle()).toEqual(['  api | go build'])
  expect(push.take(build('#5 DONE 40.1s'))).toEqual([])
})

it('a command longer than a line of the terminal is cut', () => {
  const [line] = printed([build(`#5 [build 4/5] RUN ${'x'.repeat(300)}`), build('#5 DONE 0.1s')])
  expect(line).toHaveLength('  api | '.length + 90)
  expect(line?.endsWith('…')).toBe(true)
})

it('-o verbose prints every line of the builds', () => {
  expect(printed([build('#5 CACHED')], true)).toEqual(['  api | #5 CACHED'])
})
