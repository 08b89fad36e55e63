import { describe, expect, test } from 'vitest'
import { json, serviceNamed } from './summary.ts'

const node = (path: string, name: string, dependencies: Record<string, string> = {}, source = '') => ({
  [`${path}/package.json`]: json({ name, scripts: { start: 'node index.js' }, dependencies: { express: '5', ...dependencies } }),
  [`${path}/index.js`]: `${source}\napp.listen(3000)\n`,
})
const workspace = { 'package.json': json({ workspaces: ['apps/*', 'packages/*', 'apps/*/client'] }), 'package-lock.json': '{}' }
const library = (path: string, name: string) => ({ [`${path}/package.json`]: json({ name }) })
const linksOf = (files: Record<string, string>, name = 'web') =>
  serviceNamed(files, name).dependsOn.map(({ service, kind }) => [service, kind])

describe('the client of a sibling', () => {
  test('links whoever uses it with the service, weakly and with the place', () => {
    const files = {
      ...workspace,
      ...node('apps/web', '@shop/web', { '@shop/orders-client': '*' }),
      ...node('apps/orders', '@shop/orders'),
      ...library('packages/orders-client', '@shop/orders-client'),
    }
    expect(serviceNamed(files, 'web').dependsOn).toEqual([
      {
        service: 'orders',
        kind: 'optional',
        evidence: [
          {
            path: 'apps/web/package.json',
            line: 8,
            fact: '@shop/orders-client from packages/orders-client, the client of orders',
            weight: expect.any(Number),
          },
        ],
      },
    ])
  })

  test.each([
    ['in the folder of the service', { ...library('apps/orders/client', '@shop/rest') }, '@shop/rest'],
    ['by its folder alone', { ...library('packages/orders_grpc_stubs', '@shop/x') }, '@shop/x'],
    ['by its package alone', { ...library('packages/x', '@shop/orders-sdk') }, '@shop/orders-sdk'],
    [
      'by definitions that the service exports',
      { ...library('apps/orders/client', '@shop/y'), 'apps/orders/client/orders.proto': '' },
      '@shop/y',
    ],
    [
      'through another shared package',
      {
        'packages/x/package.json': json({ name: '@shop/x', dependencies: { '@shop/orders-client': '*' } }),
        ...library('packages/c', '@shop/orders-client'),
      },
      '@shop/x',
    ],
    ['from a registry, in the scope of the repository', {}, '@shop/orders-client'],
  ])('is known %s', (_, more, name) => {
    const files = { ...workspace, ...node('apps/web', '@shop/web', { [name]: '*' }), ...node('apps/orders', '@shop/orders'), ...more }
    expect(linksOf(files as Record<string, string>)).toEqual([['orders', 'optional']])
  })

  test.each([
    ['a client of something else', library('packages/stripe-client', '@shop/stripe-client'), '@shop/stripe-client'],
    ['a shared package in the folder of a service', library('apps/orders/client/../words', '@shop/words'), '@shop/words'],
    ['somebody else’s scope', {}, '@other/orders-client'],
  ])('is not %s', (_, more, name) => {
    const files = { ...workspace, ...node('apps/web', '@shop/web', { [name]: '*' }), ...node('apps/orders', '@shop/orders') }
    const clean = Object.fromEntries(Object.entries(more).map(([path, text]) => [path.replace('client/../', ''), text]))
    expect(linksOf({ ...files, ...clean })).toEqual([])
  })

  test('says nothing of the service itself', () => {
    const files = {
      ...workspace,
      ...node('apps/orders', '@shop/orders', { '@shop/orders-proto': '*' }),
      ...library('packages/orders-proto', '@shop/orders-proto'),
    }
    expect(linksOf(files, 'orders')).toEqual([])
  })

  test('is imported by its place inside of one Go module', () => {
    const main = (imports: string) => `package main\nimport (\n\t"net/http"\n${imports})\nfunc main() { http.ListenAndServe(":80", nil) }\n`
    const files = {
      'go.mod': 'module example.com/shop\n',
      'orders/main.go': main(''),
      'orders/client/client.go': 'package client\n',
      'web/main.go': main('\t"example.com/shop/orders/client"\n'),
    }
    expect(linksOf(files)).toEqual([['orders', 'optional']])
  })
})

describe('a Java service', () => {
  const spring = (path: string, source: string) => ({
    [`${path}/pom.xml`]: `<project><artifactId>${path}</artifactId><dependencies><dependency><groupId>org.springframework.cloud</groupId><artifactId>spring-cloud-starter-openfeign</artifactId></dependency><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies><build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>`,
    [`${path}/src/main/java/shop/ShopApplication.java`]: `@SpringBootApplication\npublic class ShopApplication {\n${source}\n  public static void main(String[] a) { SpringApplication.run(ShopApplication.class, a); }\n}\n`,
  })

  test.each([
    ['a Feign client', '  @FeignClient(name = "orders")\n  interface Orders {}'],
    ['a Feign client by its value', '  @FeignClient("orders")\n  interface Orders {}'],
    ['the address of a Feign client', '  @FeignClient(name = "x", url = "http://orders:8080")\n  interface Orders {}'],
    ['a load-balanced address', '  String url = "lb://orders";'],
    ['a host from the environment', '  String host = System.getenv("ORDERS_HOSTNAME");'],
  ])('names its neighbour by %s', (_, source) => {
    const files = { ...spring('web', source), ...spring('orders', '') }
    expect(linksOf(files).map(([service]) => service)).toEqual(['orders'])
  })
})
