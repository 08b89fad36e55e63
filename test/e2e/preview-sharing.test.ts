// Previews with `previews.share: baseline`: what a pull request does not change is served from production, and production never notices.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it, vi } from 'vitest'
import type { GitHubPullRequest } from '../support/github/pull-requests.ts'
import { adminToken, countContainers } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { previewsOf, type Shop } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 4 * minutes })
const run = promisify(execFile)

const { github, kyozo } = await atGitHub()

/** Serves each connection by a program, and ends at once when it is told to. */
function command(first: string, port: string, program: string): string {
  return `CMD ["sh", "-c", "trap 'exit 0' TERM; ${first}nc -ll -p ${port} -e ${program} & wait $!"]`
}

/** Answers each request with its name, its version and what the one behind it says. */
function answering(name: string, version: string, behind: string): Record<string, string> {
  const script = [
    'while read -r line && [ "${#line}" -gt 1 ]; do :; done',
    `body="${name} ${version}, $(${behind})"`,
    'printf "HTTP/1.0 200 OK\\r\\nContent-Length: ${#body}\\r\\n\\r\\n$body"',
  ]
  const dockerfile = ['FROM busybox:stable', 'COPY answer.sh /', 'USER 10001', 'EXPOSE 8080', command('', '8080', 'sh /answer.sh')]
  return { [`${name}/answer.sh`]: `${script.join('\n')}\n`, [`${name}/Dockerfile`]: `${dockerfile.join('\n')}\n` }
}

const web = (version: string) => answering('web', version, 'wget -q -O - http://api:8080/')
const api = (version: string) => answering('api', version, 'nc db 5432 < /dev/null')
/** Keeps a word of its own, as a database keeps rows. */
const database = [
  'FROM busybox:stable',
  'RUN mkdir /data && chown 10001 /data',
  'VOLUME /data',
  'USER 10001',
  'EXPOSE 5432',
  command('test -e /data/id || cat /proc/sys/kernel/random/uuid > /data/id; ', '5432', 'cat /data/id'),
].join('\n')
const declaration = [
  'commit_back: off',
  'previews: {share: baseline}',
  'services:',
  '  web: {path: web, depends_on: [api]}',
  '  api: {path: api, depends_on: [db]}',
  '  db: {path: db}',
  '',
].join('\n')

async function shopOf(name: string): Promise<Shop> {
  const shop = await previewsOf(name, { kyozo, github })
  await shop.deploy({ ...web('1'), ...api('1'), 'db/Dockerfile': database, 'kyozo.yaml': declaration })
  await until('production to answer', async () => /^web 1, api 1, [0-9a-f-]{36}$/.test(await shop.ask('web')))
  return shop
}

/** What all containers of a preview may use together. */
async function mebibytesOf(ids: Iterable<string>): Promise<number> {
  const { stdout } = await run('docker', ['container', 'inspect', '--format', '{{.HostConfig.Memory}}', ...ids])
  return stdout
    .trim()
    .split('\n')
    .reduce((sum, bytes) => sum + Number(bytes) / 1024 ** 2, 0)
}

async function pullOf(shop: Shop, files: Readonly<Record<string, string>>): Promise<GitHubPullRequest> {
  await shop.branch('change', files)
  return shop.repository.openPullRequest({ branch: 'change' })
}

async function deleteProduction({ workspace }: Shop): Promise<void> {
  const [found] = (await kyozo.api(`/workspaces?filter[name]=${workspace}`)).data
  const environments = async () => (await kyozo.api(`/workspaces/${found!.id}/environments`)).data
  const production = (await environments()).find(({ attributes }) => attributes.name === 'production')
  const headers = { Authorization: `Bearer ${adminToken}` }
  expect((await fetch(`${kyozo.url}/api/v1/environments/${production!.id}`, { method: 'DELETE', headers })).status).toBe(202)
  await until('production to go', async () => !(await environments()).some(({ id }) => id === production!.id), { deadlineMs: minutes })
}

it('a pull request that changes web runs web alone, before the api of production and whatever that becomes', async () => {
  const shop = await shopOf('shared')
  const rows = (await shop.ask('web')).split(', ')[2]
  const pull = await pullOf(shop, web('2'))
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '1 live, 1 served from production, 1 not run' })
  await shop.untilAnswers('web', 1, `web 2, api 1, ${rows}`)
  expect(await shop.askPreview('api', 1)).toBe(`api 1, ${rows}`)
  const before = await shop.containersOfPreview(1)
  expect([...before.keys()].sort()).toEqual(['api', 'web'])
  expect(await mebibytesOf(before.values())).toBe(512 + 32)
  const comment = await until('the comment to say so', () => pull.comments().find(({ body }) => body.includes('### ✅ Preview')))
  expect(comment.body).toContain(`### ✅ Preview: [web.${shop.workspace}-pr-1.localhost`)
  expect(comment.body).toContain('🔗 served from production')
  expect(comment.body).toContain('➖ not run: nothing in this preview uses it')

  await shop.deploy(api('2'))
  await shop.untilAnswers('web', 1, `web 2, api 2, ${rows}`)
  // A relay that somebody takes off production's network is put back, and nothing else is ever done about it.
  await run('docker', ['network', 'disconnect', `${shop.project}_default`, before.get('api')!])
  const drifts = async () => (await kyozo.api('/drifts')).data.map(({ attributes }) => [attributes.field, attributes.ending])
  await until('it to be connected again', async () => (await drifts()).some(([, ending]) => ending === 'repaired'))
  expect(await drifts()).toEqual([[`networks.${shop.project}_default`, 'repaired']])
  await shop.untilAnswers('web', 1, `web 2, api 2, ${rows}`)
  expect(await shop.containersOfPreview(1)).toEqual(before)

  // What nobody serves any more the preview runs itself, as its own commit has it, with data of its own.
  await deleteProduction(shop)
  expect(await countContainers(shop.project)).toBe(0)
  await until('the preview to run all of its own', async () => (await shop.containersOfPreview(1)).size === 3, { deadlineMs: 2 * minutes })
  const own = await until('it to answer', async () => /^web 2, api 1, ([0-9a-f-]{36})$/.exec(await shop.askPreview('web', 1))?.[1])
  expect(own).not.toBe(rows)
  await pull.close()
  await shop.untilGone(1)
  expect(github.problems()).toEqual([])
})

it('a pull request that changes api runs api, the web that shows it and a database of its own, until a push takes that back', async () => {
  const shop = await shopOf('affected')
  const rows = (await shop.ask('web')).split(', ')[2]
  const pull = await pullOf(shop, api('2'))
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '3 live' })
  const own = await until('the preview to answer', async () => /^web 1, api 2, ([0-9a-f-]{36})$/.exec(await shop.askPreview('web', 1))?.[1])
  expect(own).not.toBe(rows)
  expect(await shop.ask('web')).toBe(`web 1, api 1, ${rows}`)

  const { sha } = await pull.push({ change: { files: { ...api('1'), ...web('3') } } })
  expect(await shop.previewVerdict(sha)).toEqual({ state: 'success', description: '1 live, 1 served from production, 1 not run' })
  // Until its own api has drained, that answers too.
  await shop.untilAnswers('web', 1, `web 3, api 1, ${rows}`)
  await until('its own database to go', async () => !(await shop.containersOfPreview(1)).has('db'), { deadlineMs: minutes })
  const production = await countContainers(shop.project)
  await pull.close()
  await shop.untilGone(1)
  expect([await countContainers(shop.project), await shop.ask('web')]).toEqual([production, `web 1, api 1, ${rows}`])
})
