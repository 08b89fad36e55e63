import { expect, test } from 'vitest'
import { servicesIn } from './summary.ts'

const go = (imports: readonly string[], more: Record<string, string> = {}) =>
  servicesIn({
    'go.mod': 'module example.com/shop\n\ngo 1.23\n',
    'main.go': `package main\n\nimport (\n${imports.map((name) => `\t"${name}"`).join('\n')}\n)\n\nfunc main() {\n\thttp.ListenAndServe(":8090", nil)\n}\n`,
    ...more,
  })
    .filter((line) => line.startsWith('shop '))
    .map((line) => line.split('← ')[1])

const postgres = 'gorm.io/driver/postgres'

test('A database is optional when a program has drivers of several, or may keep a file', () => {
  expect(go(['net/http', postgres])).toEqual(['postgres'])
  expect(go(['net/http', postgres, 'gorm.io/driver/mysql'])).toEqual(['mysql(optional), postgres(optional)'])
  expect(go(['net/http', postgres, 'gorm.io/driver/sqlite'])).toEqual(['postgres(optional)'])
})

test('A database is required among several when an address names it', () => {
  const env = { '.env.example': 'DATABASE_URL=postgres://shop@db/shop\n' }
  expect(go(['net/http', postgres, 'gorm.io/driver/mysql'], env)).toEqual(['mysql(optional), postgres'])
})

test('What only collects measurements is optional', () => {
  const metrics = 'package metrics\n\nimport (\n\t"github.com/influxdata/influxdb-client-go/v2"\n)\n'
  expect(go(['net/http', 'example.com/shop/metrics'], { 'metrics/influx.go': metrics })).toEqual(['influxdb(optional)'])
})
