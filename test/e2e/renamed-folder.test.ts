// A folder that is renamed is still the same service: its name, its data, its address, its settings and its history stay.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { type Mending, startMending } from './mending.ts'

const minutes = 60_000

/** Answers with what each of its versions has written into its volume. */
const keeper = (folder: string, version: string) =>
  dockerfile(folder, [
    'VOLUME /data',
    'EXPOSE 8080',
    `CMD ["sh", "-c", "mkdir -p /tmp/www && echo ${version} >> /data/said && cp /data/said /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www"]`,
  ])

let mine: Mending

beforeAll(async () => {
  mine = await startMending({ ...keeper('services/api', 'first'), ...keeper('services/web', 'web') })
  expect(await mine.push()).toContain('2 live')
}, 3 * minutes)

afterAll(() => mine?.remove(), minutes)

async function push(files: Readonly<Record<string, string | null>>): Promise<string> {
  await mine.repository.commit('Change', files)
  return mine.push()
}

/** Its row in the API. */
async function row() {
  const { data } = await mine.kyozo.api('/service_instances?page[size]=100')
  const [found, ...others] = data.filter(({ attributes }) => attributes.name === 'api')
  expect(others).toEqual([])
  return { id: found!.id, folder: found!.attributes.folder_path }
}

it(
  'a service keeps its name and all that it has when its folder is renamed, also at the next commits and when it is renamed again',
  async () => {
    const before = await row()
    expect(before.folder).toBe('services/api')
    const container = await mine.container('api')
    expect(await mine.said('api')).toBe('200 first')
    // The same image from another folder: nothing is replaced.
    expect(await push({ 'services/api/Dockerfile': null, ...keeper('services/backend', 'first') })).toContain(
      'api is in services/backend now, and keeps its name',
    )
    expect(await row()).toEqual({ id: before.id, folder: 'services/backend' })
    expect(await mine.container('api')).toBe(container)
    // Another command, which nothing tells from another service but that it was kept before.
    expect(await push(keeper('services/backend', 'second'))).toContain('is live: 1 live, 1 unchanged')
    expect(await mine.said('api')).toBe('200 first\nsecond')
    // While another folder gets the name that it was called after.
    expect(
      await push({ 'services/backend/Dockerfile': null, ...keeper('core', 'second'), ...keeper('services/api', 'stranger') }),
    ).toContain('api is in core now, and keeps its name')
    expect(await row()).toEqual({ id: before.id, folder: 'core' })
    expect(await mine.said('api')).toBe('200 first\nsecond')
    expect(await mine.said('services-api')).toBe('200 stranger')
  },
  4 * minutes,
)
