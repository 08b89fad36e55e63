// How a person says how a running service is asked, and that the pace of a check is no part of its container.
import { expect, it } from 'vitest'
import { specifyStack } from '../../src/stack/specify.ts'
import { declaredHealth } from '../../src/topology/declaration/declared-values.ts'
import { declarationSchema } from '../../src/topology/declaration/schema.ts'
import { shopInput } from './shop.ts'

function read(health: unknown) {
  const { data, error } = declarationSchema.safeParse({ services: { api: { health } } })
  return error === undefined ? declaredHealth(data?.services?.api?.health) : error.issues.map(({ message }) => message)
}

it('reads every kind of check, with its pace', () => {
  expect(read({ path: '/up', interval: '10s', timeout: '2s', retries: 5 })).toEqual({
    kind: 'http',
    path: '/up',
    intervalMs: 10_000,
    timeoutMs: 2_000,
    retries: 5,
  })
  expect(read({ tcp: 8080, interval: '1m' })).toEqual({ kind: 'tcp', port: 8080, intervalMs: 60_000 })
  expect(read({ grpc: 50051, service: 'shop.v1.Orders' })).toEqual({ kind: 'grpc', port: 50051, service: 'shop.v1.Orders' })
  expect(read({ command: ['./check'], timeout: '1m' })).toEqual({ kind: 'exec', command: ['./check'], timeoutMs: 60_000 })
  expect(read('docker')).toEqual({ kind: 'docker' })
  expect(read({ docker: true, interval: '1h' })).toEqual({ kind: 'docker', intervalMs: 3_600_000 })
  expect(read('none')).toEqual({ kind: 'none' })
})

it('refuses a pace that would be a load of its own, or none', () => {
  expect(read({ path: '/', interval: '0s' })).toEqual(['must be a time from 1s to 1h, such as 30s'])
  expect(read({ path: '/', interval: '2h' })).toEqual(['must be a time from 1s to 1h, such as 30s'])
  expect(read({ path: '/', timeout: '61s' })).toEqual(['must be a time from 1s to 60s, such as 5s'])
  expect(read({ tcp: 1, retries: 11 })).toEqual(['must be a whole number from 1 to 10'])
})

it('gives a container the same hash at every pace', () => {
  const input = shopInput()
  const faster = input.topology.services.map((service) =>
    service.health === undefined || service.health.kind === 'none'
      ? service
      : { ...service, health: { ...service.health, intervalMs: 1_000, timeoutMs: 1_000, retries: 1 } },
  )
  const hashes = (services: typeof input.topology.services) =>
    specifyStack({ ...input, topology: { ...input.topology, services } }).services.map(({ name, configHash }) => `${name} ${configHash}`)
  expect(faster).not.toEqual(input.topology.services)
  expect(hashes(faster)).toEqual(hashes(input.topology.services))
})
