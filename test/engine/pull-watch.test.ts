import { expect, it } from 'vitest'
import { type PullEvent, pullWatch } from '../../src/engine/docker/pull-watch.ts'

const layer = (id: string, status: string, current?: number): PullEvent => ({
  id,
  status,
  progressDetail: current === undefined ? {} : { current },
})
const from: PullEvent = { id: '7', status: 'Pulling from library/redis' }
const watching = (...events: readonly PullEvent[]) => {
  const watch = pullWatch()
  return { watch, news: events.map((event) => watch.take(event)) }
}

it('tells of what is new, and neither of what is repeated nor of tries that failed', () => {
  const { news } = watching(
    from,
    layer('a', 'Pulling fs layer'),
    layer('a', 'Downloading', 1),
    layer('a', 'Downloading', 2),
    layer('a', 'Downloading', 2),
    layer('a', 'Retrying in 5 seconds'),
    layer('a', 'Downloading', 3),
  )
  expect(news).toEqual([true, true, true, true, false, false, true])
})

it.each<[string, boolean, readonly PullEvent[]]>([
  ['before the registry has said anything', true, []],
  ['when the manifest came and nothing since', true, [from]],
  ['while a layer is fetched', true, [from, layer('a', 'Pulling fs layer'), layer('b', 'Waiting')]],
  ['while a fetch is tried again', true, [from, layer('a', 'Retrying in 5 seconds')]],
  ['but not while all wait for other pulls of the engine', false, [from, layer('a', 'Waiting'), layer('b', 'Waiting')]],
  ['but not while the engine unpacks a layer', false, [from, layer('a', 'Extracting', 9), layer('b', 'Downloading', 1)]],
  ['but not when all have come', false, [from, layer('a', 'Pull complete'), layer('b', 'Download complete'), layer('c', 'Already exists')]],
])('a pull waits for its registry %s', (_, isWaiting, events) => {
  expect(watching(...events).watch.isWaiting()).toBe(isWaiting)
})
