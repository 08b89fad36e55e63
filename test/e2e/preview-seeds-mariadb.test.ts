// What a MariaDB of a preview begins with: a dump of the base branch, or a copy of what runs; and what it says of a dump that is wrong.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import type { GitHubPullRequest } from '../support/github/pull-requests.ts'
import { containersOf } from '../support/kyozo.ts'
import { atGitHub } from './at-github.ts'
import { previewsOf, type Shop } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 4 * minutes })
const run = promisify(execFile)

const compose = `services:
  mariadb:
    image: mariadb:11
    environment: { MARIADB_ROOT_PASSWORD: "it's s3cret", MARIADB_DATABASE: shop, MARIADB_USER: app, MARIADB_PASSWORD: other }
    volumes: [data:/var/lib/mysql]
  two:
    build: ./two
volumes: { data: {} }
`
const seeded = (seed: string) => ({ 'kyozo.yaml': `commit_back: off\npreviews: { seed: { mariadb: ${seed} } }\n` })
const dump = `create table visit (who varchar(40) character set utf8mb4);
delimiter //
create trigger told before insert on visit for each row begin set new.who = upper(new.who); end//
delimiter ;
insert into visit values ('zoë');
`

const { github, kyozo } = await atGitHub()

let shop: Shop

beforeAll(async () => {
  shop = await previewsOf('maria', { kyozo, github })
  shop.repository.allow('mona', 'write')
  const { sha } = await shop.push({
    ...{ 'compose.yaml': compose, 'db/seed.sql': dump, ...seeded('{ dump: db/seed.sql }') },
    ...busyboxService('two', '1'),
  })
  expect(await shop.verdict(sha)).toMatchObject({ 'kyozo/production': { state: 'success' } })
}, 3 * minutes)

/** As the account that the service gets. */
async function sql(project: string, statement: string): Promise<string> {
  const container = (await containersOf(project)).get('mariadb')!
  const client = ['mariadb', '--user=app', '--password=other', '--default-character-set=utf8mb4', '-N', '--execute', statement, 'shop']
  return (await run('docker', ['exec', container, ...client])).stdout.trim()
}

const inPreview = ({ number }: GitHubPullRequest, statement: string) => sql(`kyozo-${shop.workspace}-pr-${number}`, statement)
const rows = 'select who from visit order by who'

it('a MariaDB holds the base branch’s dump, with everything that the dump defines', async () => {
  const pull = await shop.pull('dumped')
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  expect(await inPreview(pull, `${rows}; insert into visit values ('ada'); ${rows}`)).toBe('ZOË\nADA\nZOË')
  await pull.close()
})

it('a MariaDB begins with a copy of the environment that the base branch names, which goes on serving', async () => {
  await sql(shop.project, "create table visit (who varchar(40)); insert into visit values ('grace'), ('łucja')")
  await sql(shop.project, 'create procedure hello() select 1')
  const { sha } = await shop.push(seeded('{ template: production }'))
  await shop.verdict(sha)
  const pull = await shop.pull('copied')
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  expect(await inPreview(pull, `${rows}; call hello()`)).toBe('grace\nłucja\n1')
  expect(await sql(shop.project, rows)).toBe('grace\nłucja')
  await pull.close()
})

it('a dump that fails is told in the words of MariaDB', async () => {
  const { sha } = await shop.push({ ...seeded('{ dump: db/seed.sql }'), 'db/seed.sql': `${dump}insert into nowhere values (1);\n` })
  await shop.verdict(sha)
  const pull = await shop.pull('broken')
  const said = "mariadb could not be seeded from db/seed.sql of main: ERROR 1146 (42S02) at line 6: Table 'shop.nowhere'"
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'failure', description: expect.stringContaining(said) })
  await pull.close()
})
