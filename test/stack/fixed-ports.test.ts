// Ports of the machine that a person gave a service.
import { expect, it } from 'vitest'
import { portsOfStack } from '../../src/stack/fixed-ports.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import { shopInput } from './shop.ts'

const port = { container: 3000, host: 20_001, protocol: 'tcp', address: '127.0.0.1' } as const

it('publishes them beside the port of the edge, and replaces the service after stopping it', () => {
  const before = specifyStack(shopInput())
  const spec = specifyStack(shopInput({ fixedPorts: { api: [port, { ...port, container: 53, protocol: 'udp', address: '::1' }] } }))
  const ports = spec.document.services.api?.ports as readonly string[]
  expect(ports.slice(-2)).toEqual(['127.0.0.1:20001:3000', '[::1]:20001:53/udp'])
  expect([portsOfStack(before), portsOfStack(spec)]).toEqual([
    [],
    [
      { service: 'api', ...port },
      { service: 'api', ...port, container: 53, protocol: 'udp', address: '::1' },
    ],
  ])
  const [old, api] = [before, spec].map(({ services }) => services.find(({ name }) => name === 'api'))
  expect(api?.replacement).toEqual({ kind: 'stop_first', reason: 'it holds the port 20001/tcp, 20001/udp of the machine' })
  expect(api?.configHash).not.toBe(old?.configHash)
})

it('leaves every other service as it was', () => {
  const before = specifyStack(shopInput())
  const spec = specifyStack(shopInput({ fixedPorts: { api: [port], elsewhere: [port] } }))
  const others = (of: typeof spec) =>
    of.services.filter(({ name }) => name !== 'api').map(({ name, configHash }) => `${name} ${configHash}`)
  expect(others(spec)).toEqual(others(before))
})
