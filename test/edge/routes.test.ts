import { expect, test } from 'vitest'
import { matchHost, type Route, routeTable, serviceHost } from '../../src/edge/routes.ts'

const route: Route = { host: 'api.shop.localhost', service: 'api', environment: 'production', targets: [] }
const table = routeTable([route])

test('a service has a short name in production and its environment in the name elsewhere', () => {
  const address = { service: 'api', workspace: 'shop', baseDomain: 'apps.example.com' }
  expect(serviceHost({ ...address, environment: 'production' })).toBe('api.shop.apps.example.com')
  expect(serviceHost({ ...address, environment: 'staging' })).toBe('api.shop-staging.apps.example.com')
  expect(serviceHost({ ...address, environment: 'pr-12' })).toBe('api.shop-pr-12.apps.example.com')
})

test('a name is the same in any case, with a port, and with the dot at its end', () => {
  for (const host of [
    'api.shop.localhost',
    'API.Shop.LocalHost',
    'api.shop.localhost:4400',
    'api.shop.localhost.',
    'api.shop.localhost.:4400',
  ])
    expect(matchHost(table, host, 'localhost')).toEqual({ kind: 'route', route })
})

test('only names with a service and a workspace below the base domain are the edge’s', () => {
  const kinds = (hosts: readonly (string | undefined)[]) => hosts.map((host) => matchHost(table, host, 'localhost').kind)
  expect(kinds(['web.shop.localhost', 'api.other.localhost', 'a.b.c.localhost'])).toEqual(Array(3).fill('unknown_service'))
  expect(
    kinds([undefined, '', 'localhost', 'localhost:4400', 'shop.localhost', '127.0.0.1:4400', '[::1]:4400', 'api.shop.example.com']),
  ).toEqual(Array(8).fill('not_ours'))
})
