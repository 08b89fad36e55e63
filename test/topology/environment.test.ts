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
})
