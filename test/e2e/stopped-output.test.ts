// A container that a person stopped keeps what it printed. Its secrets stay hidden, whatever became of them since.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ageKey, asYaml, seal } from '../secrets/sops.ts'
import { type ApiResource, adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const minutes = 240_000
const says = 'echo \\"stored $STORED_KEY, in a file $FILE_KEY\\"; exec httpd -f -p 8080 -h /tmp'

let kyozo: TestKyozo
let repository: TestRepository
let service: string

beforeAll(async () => {
  kyozo = await startKyozo()
  repository = await createRepository({
    files: { 'api/Dockerfile': `FROM busybox:stable\nUSER 10001\nEXPOSE 8080\nCMD ["sh", "-c", "${says}"]\n` },
  })
}, minutes)

afterAll(async () => {
  await repository?.remove()
  await kyozo?.remove()
}, minutes)

async function send(method: string, path: string, data: object): Promise<string> {
  const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' }
  const answer = await fetch(`${kyozo.url}/api/v1/${path}`, { method, headers, body: JSON.stringify({ data }) })
  expect(answer.ok).toBe(true)
  return ((await answer.json()) as { data: { id: string } }).data.id
}

const one = async (path: string): Promise<ApiResource> => (await kyozo.api(`/${path}`)).data[0]!

const settled = () =>
  until('the last release to end', async () =>
    (await kyozo.api('/releases')).data.every(({ attributes }) => !['queued', 'running'].includes(String(attributes.state))),
  )

async function printed(): Promise<readonly unknown[]> {
  return (await kyozo.api(`/service_instances/${service}/logs`)).data.map(({ attributes }) => attributes.text)
}

it('hides a value that was replaced, and one that another commit seals anew', async () => {
  const age = await ageKey()
  const sealed = async (value: string) => asYaml(await seal([['FILE_KEY', value]], { recipients: [age.recipient] }))
  const id = await send('POST', 'workspaces', { type: 'workspaces', attributes: { name: 'stopped' } })
  const relationships = { workspace: { data: { type: 'workspaces', id } } }
  await send('POST', 'secrets', { type: 'secrets', attributes: { name: 'SOPS_AGE_KEY', value: age.identity }, relationships })
  const stored = await send('POST', 'secrets', {
    type: 'secrets',
    attributes: { name: 'STORED_KEY', value: 'first-stored-value', service: 'api' },
    relationships,
  })
  await repository.commit('One', {
    'secrets.enc.yaml': await sealed('first-file-value'),
    'kyozo.yaml': 'secrets:\n  - file: secrets.enc.yaml\n    service: api\n',
  })
  expect((await repository.push(kyozo.remote('stopped'))).output).toContain('is live')
  service = (await one('service_instances')).id
  const hidden = ['stored ***, in a file ***']
  expect(await until('the first line', async () => (await printed()).length > 0 && printed())).toEqual(hidden)

  await send('POST', `service_instances/${service}/stop`, { type: 'service_instances', attributes: {} })
  await until('the service to stop', async () => (await one('service_instances')).attributes.status === 'stopped')
  await send('PATCH', `secrets/${stored}`, { type: 'secrets', id: stored, attributes: { value: 'second-stored-value' } })
  expect(await printed()).toEqual(hidden)
  await settled()
  await repository.commit('Two', { 'secrets.enc.yaml': await sealed('second-file-value') })
  expect((await repository.push(kyozo.remote('stopped'))).output).toContain('1 stopped')
  expect(await printed()).toEqual(hidden)
}, 120_000)
