import { describe, expect, test } from 'vitest'
import { json, serviceNamed } from './summary.ts'

const server = {
  'api/package.json': json({ name: 'api', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
  'api/s.js': "app.listen(process.env.PORT)\nconst mode = process.env.MODE ?? 'plain'",
}

describe('the variables of a service', () => {
  test.each(['.env.example', '.env.sample', 'sample.env', '.env.local.example', '.env.schema'])('are asked for by %s', (name) => {
    const files = { ...server, [`api/${name}`]: 'API_KEY=abc\n# optional\nNOTE=\nMODE=fast\nPORT=1\n' }
    expect(serviceNamed(files, 'api').environment).toEqual([
      { name: 'API_KEY', required: true },
      { name: 'MODE', required: false, value: 'plain' },
      { name: 'NOTE', required: false },
    ])
  })

  test('have the values of a file of defaults, and are then not required', () => {
    const files = { ...server, 'api/.env.example': 'API_KEY=\nLEVEL=\n', 'api/.env.defaults': 'LEVEL=info\n' }
    expect(serviceNamed(files, 'api').environment).toEqual([
      { name: 'API_KEY', required: true },
      { name: 'LEVEL', required: false, value: 'info' },
      { name: 'MODE', required: false, value: 'plain' },
    ])
  })

  test('are those that a service of configuration is asked for', () => {
    const source = `import { ConfigModule, ConfigService } from '@nestjs/config'
import { MongooseModule } from '@nestjs/mongoose'
MongooseModule.forRootAsync({ inject: [ConfigService], useFactory: (c: ConfigService) => ({ uri: c.getOrThrow<string>('MONGODB_URI') }) })
BullModule.forRootAsync({ inject: [ConfigService], useFactory: (c: ConfigService) => ({ redis: { host: c.get('REDIS_HOST'), port: c.get('REDIS_PORT') } }) })
const region = configService.get('REGION', 'eu')
const level = this.configService.get<string>('LEVEL') ?? 'info'
app.listen(configService.get<number>('PORT', 3333))
`
    const dependencies = { '@nestjs/core': '11', '@nestjs/config': '4', '@nestjs/mongoose': '11', '@nestjs/bull': '11' }
    const api = serviceNamed(
      { 'api/package.json': json({ name: 'api', scripts: { 'start:prod': 'node dist/main' }, dependencies }), 'api/src/main.ts': source },
      'api',
    )
    expect(api.port).toBe(3333)
    expect(api.environment).toEqual([
      { name: 'LEVEL', required: false, value: 'info' },
      { name: 'MONGODB_URI', required: true },
      { name: 'REDIS_HOST', required: true },
      { name: 'REDIS_PORT', required: true },
      { name: 'REGION', required: false, value: 'eu' },
    ])
    expect(api.dependsOn.map(({ backing, connections, connection }) => [backing, connections ?? connection])).toEqual([
      ['mongodb', { variable: 'MONGODB_URI', template: 'mongodb://{user}:{password}@{host}:{port}/{database}?authSource=admin' }],
      [
        'redis',
        [
          { variable: 'REDIS_HOST', template: '{host}' },
          { variable: 'REDIS_PORT', template: '{port}' },
        ],
      ],
    ])
  })

  test.each([
    ["new Map().get('NAME')"],
    ["cache.get('USER_COUNT')"],
    ["c.get('JWT_PAYLOAD')"],
    ["const config = { api: config.get('database.host') }"],
  ])('are none that %s asks for', (line) => {
    expect(serviceNamed({ ...server, 'api/s.js': `app.listen(process.env.PORT)\n${line}\n` }, 'api').environment).toEqual([])
  })

  test('are told by a schema that has them all on one line', () => {
    const source = `app.listen(process.env.PORT)
export default cleanEnv(process.env, { API_KEY: str(), LEVEL: str({ default: 'info' }), NOTE: str({ devDefault: 'x' }) })
Joi.object({ STRIPE_KEY: Joi.string().required(), REGION: Joi.string().default('eu') })
`
    expect(serviceNamed({ ...server, 'api/s.js': source }, 'api').environment).toEqual([
      { name: 'API_KEY', required: true },
      { name: 'LEVEL', required: false, value: 'info' },
      { name: 'NOTE', required: false },
      { name: 'REGION', required: false, value: 'eu' },
      { name: 'STRIPE_KEY', required: true },
    ])
  })
})
