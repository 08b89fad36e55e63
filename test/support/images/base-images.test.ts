// The images that stand in for official ones must be as strict as those, or tests prove nothing.
import { afterEach, expect, test } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { until } from '../until.ts'

const started: string[] = []

afterEach(async () => {
  for (const id of started.splice(0)) await docker('rm', '--force', '--volumes', id)
})

async function docker(...args: string[]) {
  return runChild({ program: 'docker', args, deadlineMs: 60_000, env: { HOME: process.env.HOME ?? '/root' } })
}

async function start(...args: string[]): Promise<string> {
  const result = await docker('run', '--detach', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', ...args)
  const id = result.stdout.toString('utf8').trim()
  started.push(id)
  return id
}

const entrypointCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'].flatMap((name) => ['--cap-add', name])

test('PostgreSQL hands its data over, drops to its user, and makes the role and database that it is told to', async () => {
  const variables = ['--env', 'POSTGRES_USER=shop', '--env', 'POSTGRES_PASSWORD=secret', '--env', 'POSTGRES_DB=goods']
  const id = await start(...entrypointCapabilities, ...variables, 'postgres:17')
  const query = [
    'psql',
    '--host',
    '127.0.0.1',
    '--username',
    'shop',
    '--no-align',
    '--tuples-only',
    '--command',
    'SELECT current_user, current_database()',
    'goods',
  ]
  const answer = await until('PostgreSQL to answer', async () => {
    const asked = await docker('exec', '--env', 'PGPASSWORD=secret', id, ...query)
    return asked.exitCode === 0 ? asked.stdout.toString('utf8').trim() : undefined
  })
  expect(answer).toBe('shop|goods')
  expect(await userOfMainProcess(id)).toBe('999')
})

test('PostgreSQL does not start without a password, nor without the right to become its user', async () => {
  const without = await docker('run', '--rm', 'postgres:17')
  expect([without.exitCode, without.stderr]).toEqual([1, expect.stringContaining('superuser password is not specified')])
  const unable = await docker('run', '--rm', '--cap-drop', 'ALL', '--env', 'POSTGRES_PASSWORD=x', 'postgres:17')
  expect([unable.exitCode === 0, unable.stderr]).toEqual([false, expect.stringContaining('Operation not permitted')])
})

test('MariaDB makes its data behind a socket, drops to its user, and lets in whom it is told to, by either name of a variable', async () => {
  const variables = ["MARIADB_ROOT_PASSWORD=se'c\\ret", 'MYSQL_DATABASE=my_goods', 'MARIADB_USER=shop', 'MYSQL_PASSWORD=secret']
  const id = await start(...entrypointCapabilities, ...variables.flatMap((one) => ['--env', one]), 'mariadb:11')
  const ask = (user: string, password: string, sql: string) =>
    docker('exec', '--env', `MYSQL_PWD=${password}`, id, 'mariadb', '--protocol=tcp', '--host=127.0.0.1', `--user=${user}`, '-Ne', sql)
  const answer = await until('MariaDB to answer', async () => {
    const asked = await ask('shop', 'secret', 'use my_goods; create table sold (what text); select current_user()')
    return asked.exitCode === 0 ? asked.stdout.toString('utf8').trim() : undefined
  })
  expect(answer).toBe('shop@%')
  expect((await ask('root', "se'c\\ret", 'show databases')).stdout.toString('utf8')).toContain('my_goods')
  expect((await ask('root', '', 'select 1')).stderr).toContain('Access denied')
  expect((await docker('logs', id)).stderr).toMatch(/socket: '\/run\/mysqld\/mysqld.sock' {2}port: 0 [\s\S]* port: 3306/)
  expect(await userOfMainProcess(id)).toBe('999')
  const without = await docker('run', '--rm', 'mariadb:11')
  expect([without.exitCode, without.stderr]).toEqual([1, expect.stringContaining('password option is not specified')])
})

test('Redis drops to its user and lets other containers in', async () => {
  const id = await start(...entrypointCapabilities, 'redis:7')
  const address = (await docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id)).stdout
    .toString('utf8')
    .trim()
  const answer = await until('Redis to answer', async () => {
    const asked = await docker('exec', id, 'redis-cli', '-h', address, 'ping')
    return asked.exitCode === 0 ? asked.stdout.toString('utf8').trim() : undefined
  })
  expect(answer).toBe('PONG')
  expect(await userOfMainProcess(id)).toBe('999')
})

async function userOfMainProcess(id: string): Promise<string | undefined> {
  const status = await docker('exec', id, 'cat', '/proc/1/status')
  return /^Uid:\s+(\d+)/m.exec(status.stdout.toString('utf8'))?.[1]
}
