// What the containers of a service print, on the real engine: every line once, all replicas together, through restarts.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { harmless } from '../../src/engine/docker/output-lines.ts'
import type { OutputLine, OutputPosition } from '../../src/engine/engine.ts'
import { type TestStack, testStack } from '../support/stacks.ts'
import { until } from '../support/until.ts'

let stack: TestStack
const stops: AbortController[] = []
beforeEach(async () => {
  stack = await testStack()
})
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort()
  await stack.remove()
})

function follow(service: string, options: { readonly tail?: number; readonly after?: OutputPosition } = {}) {
  const stop = new AbortController()
  stops.push(stop)
  const lines: OutputLine[] = []
  const done = (async () => {
    for await (const batch of stack.engine.followOutput(
      { identity: stack.identity, service },
      { tail: 100, ...options, signal: stop.signal },
    ))
      lines.push(...batch)
  })()
  return {
    lines,
    texts: () => lines.map(({ text }) => text),
    stop: async () => {
      stop.abort()
      await done
    },
  }
}

test('the newest lines of all copies, oldest first, with the time of each', async () => {
  // The engine takes up both outputs apart, and gives each line the time at which it does.
  const script = 'for i in 1 2 3; do echo "$HOSTNAME $i"; sleep 0.05; echo "err $i" >&2; sleep 0.05; done; sleep 1000'
  const files = stack.files({ api: { script } })
  await stack.run(files, 'api', { count: 2 })
  const source = { identity: stack.identity, service: 'api' }
  const lines = await until('twelve lines', async () => {
    const read = await stack.engine.readOutput(source, { tail: 100 })
    return read.length === 12 && read
  })
  expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted())
  expect(new Set(lines.map(({ container }) => container)).size).toBe(2)
  expect(lines.filter(({ stream }) => stream === 'stderr')).toHaveLength(6)
  expect(await stack.engine.readOutput(source, { tail: 5 })).toEqual(lines.slice(-5))
  expect(await stack.engine.readOutput(source, { tail: 100, since: lines[6]!.at })).toEqual(
    lines.slice(lines.findIndex(({ at }) => at === lines[6]!.at)),
  )
  expect(await stack.engine.readOutput({ ...source, service: 'other' }, { tail: 5 })).toEqual([])
})

test('lines as they come, through a restart and in a new copy, each once', async () => {
  const script = 'life=$(cat /proc/sys/kernel/random/uuid); i=0; while true; do i=$((i+1)); echo "$life $i"; sleep 0.02; done'
  const files = stack.files({ api: { script } })
  const [first] = await stack.run(files, 'api')
  const following = follow('api', { tail: 10_000 })
  const lives = () => Map.groupBy(following.texts(), (text) => text.split(' ')[0]!)
  const isGoing = (count: number) => () => lives().size === count && [...lives().values()].every((texts) => texts.length > 20)
  await until('lines of the first life', isGoing(1))
  await stack.docker.getContainer(first!.id).restart({ t: 0 })
  await until('lines of the second life', isGoing(2))
  const [second] = await stack.engine.create({ files, service: 'api', count: 1, withAlias: true })
  await stack.engine.start([second!.id])
  await until('lines of the new copy', isGoing(3))
  await following.stop()
  for (const [life, texts] of lives()) expect(texts).toEqual(texts.map((_, at) => `${life} ${at + 1}`))
}, 60_000)

test('a reader that left goes on behind its last line of each copy', async () => {
  const files = stack.files({ api: { script: 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "$i"; done; sleep 1000' } })
  const copies = await stack.run(files, 'api', { count: 2 })
  const first = follow('api', { tail: 10_000 })
  await until('some lines', () => first.lines.length > 50)
  await first.stop()
  const marks = new Map(first.lines.map(({ container, at, nth }) => [container.slice(0, 12), { at, nth }]))
  const second = follow('api', { after: marks })
  const all = (id: string) => [...first.lines, ...second.lines].filter(({ container }) => container === id).map(({ text }) => Number(text))
  await until('all lines', () => copies.every(({ id }) => all(id).at(-1) === 3000))
  for (const { id } of copies) expect(all(id)).toEqual(Array.from({ length: 3000 - all(id)[0]! + 1 }, (_, at) => all(id)[0]! + at))
}, 60_000)

test('a long line as one, cut; and what a container printed before it ended', async () => {
  const long = 'head -c 40000 /dev/zero | tr "\\\\0" x; echo; echo short'
  await stack.run(stack.files({ framed: { script: long } }), 'framed')
  await stack.run(stack.files({ terminal: { script: long, more: { tty: true } } }), 'terminal')
  for (const service of ['framed', 'terminal']) {
    const following = follow(service)
    await until('the last line', () => following.texts().includes('short'))
    expect(following.texts().map((text) => [text.length > 16_384, text.length <= 32_768, /^(x+|short)$/.test(text)])).toEqual([
      [true, true, true],
      [false, true, true],
    ])
    await following.stop()
  }
})

test('colours stay; what moves, erases, links, rings or writes to the clipboard goes', () => {
  const esc = '\u001b'
  expect(
    harmless(
      `${esc}[1;31mred${esc}[0m ${esc}[2Jgone${esc}[10;5H ${esc}]8;;javascript:alert(1)${esc}\\link${esc}]8;;${esc}\\ ${esc}]52;c;aGk=\u0007 a\tb\rc\u0007\u0000\u009b2J <script>`,
    ),
  ).toBe(`${esc}[1;31mred${esc}[0m gone link  a\tbc2J <script>`)
  expect(harmless(`1${esc}`.repeat(100_000))).toBe('1')
})
