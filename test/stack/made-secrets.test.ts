import { describe, expect, test } from 'vitest'
import { serviceNamed } from '../topology/summary.ts'
import { stackLines, stackOf } from './stack-lines.ts'

const laravel = {
  'composer.json': '{"require": {"laravel/framework": "^12"}}',
  'composer.lock': '{}',
  artisan: '#!/usr/bin/env php\n',
  'public/index.php': '<?php\n',
}
const django = (settings: string) => ({
  'api/manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
  'api/requirements.txt': 'django==5.2\ngunicorn==23.0\n',
  'api/shop/settings.py': settings,
  'api/shop/wsgi.py': 'application = get_wsgi_application()\n',
})
const local = (digits: number) => 'localonly'.repeat(8).slice(0, digits)

describe('the key that a framework signs with', () => {
  test('is made for a Laravel application, as the 32 bytes that it takes', () => {
    expect(stackLines(laravel)).toEqual([`shop built APP_KEY=base64:\${KYOZO_KEY_APP_KEY:-${local(43)}}=`])
    expect(stackOf(laravel).secrets).toEqual([{ name: 'key-app-key', variable: 'KYOZO_KEY_APP_KEY', digits: 43 }])
    expect(Buffer.from(`${local(43)}=`, 'base64')).toHaveLength(32)
  })

  test.each([
    ['SECRET_KEY = os.environ["SECRET_KEY"]', 'SECRET_KEY'],
    ["SECRET_KEY = env('SHOP_SIGNING', default='django-insecure-1')", 'SHOP_SIGNING'],
    ["SECRET_KEY: str = os.getenv('DJANGO_KEY', 'insecure')", 'DJANGO_KEY'],
    ["SECRET_KEY = config('SECRET_KEY', default='x')", 'SECRET_KEY'],
  ])('is made for Django where the settings say %s, instead of a default that everybody can read', (line, variable) => {
    expect(stackLines(django(`import os\n${line}\n`))).toEqual([`api built ${variable}=\${KYOZO_KEY_API_${variable}:-${local(64)}}`])
  })

  test('is not made where the settings hold it, and not for a key of another product', () => {
    const settings = 'SECRET_KEY = "written-down"\nSTRIPE = os.environ["STRIPE_SECRET_KEY"]\nAWS = os.environ["AWS_SECRET_KEY"]\n'
    expect(stackOf(django(settings)).secrets).toEqual([])
  })

  test.each([
    [
      'Rails',
      { Gemfile: 'gem "rails"\ngem "puma"\n', 'Gemfile.lock': '', 'config.ru': 'run Rails.application\n', 'config/application.rb': '' },
      'SECRET_KEY_BASE',
    ],
    [
      'Symfony',
      { 'composer.json': '{"require": {"symfony/framework-bundle": "^7"}}', 'public/index.php': '<?php\n', 'bin/console': '' },
      'APP_SECRET',
    ],
    [
      'Phoenix',
      {
        'mix.exs':
          'defmodule Shop.MixProject do\n  def project do\n    [app: :shop]\n  end\n  def application do\n    [mod: {Shop.Application, []}]\n  end\n  defp deps do\n    [{:phoenix, "~> 1.7"}, {:bandit, "~> 1.5"}]\n  end\nend\n',
        'lib/shop/application.ex': 'children = [ShopWeb.Endpoint]\n',
      },
      'SECRET_KEY_BASE',
    ],
  ])('is made for %s, which reads it by itself', (_, files, variable) => {
    expect(stackOf(files).secrets).toEqual([
      { name: `key-${variable.toLowerCase().replaceAll('_', '-')}`, variable: `KYOZO_KEY_${variable}`, digits: 64 },
    ])
  })

  test('is made where a platform file asks for a value that it makes itself', () => {
    const node = { 'package.json': '{"scripts": {"start": "node a.js"}, "dependencies": {"express": "5"}}', 'a.js': 'app.listen(3000)\n' }
    const render = 'services:\n  - type: web\n    name: shop\n    envVars:\n      - {key: SALT, generateValue: true}\n'
    const heroku = '{"buildpacks": [], "env": {"SALT": {"generator": "secret"}}}'
    const expected = [{ name: 'key-salt', variable: 'KYOZO_KEY_SALT', digits: 64 }]
    expect([stackOf({ ...node, 'render.yaml': render }).secrets, stackOf({ ...node, 'app.json': heroku }).secrets]).toEqual([
      expected,
      expected,
    ])
  })

  test('is the one of whoever gives one in kyozo.yaml', () => {
    const given = (value: string) =>
      stackOf({ ...laravel, 'kyozo.yaml': `services:\n  shop:\n    path: .\n    env: {APP_KEY: ${value}}\n` })
    expect([given('base64:own').secrets, given('{required: true}').secrets]).toEqual([[], []])
  })

  test('is the same for programs of one folder', () => {
    const two = {
      ...django('SECRET_KEY = os.environ["SECRET_KEY"]\n'),
      'kyozo.yaml': 'services:\n  jobs: {path: api, start: celery -A shop worker}\n  api: {path: api}\n',
    }
    expect(stackOf(two).secrets.map(({ variable }) => variable)).toEqual(['KYOZO_KEY_API_SECRET_KEY'])
  })
})

describe("what Laravel's example chooses", () => {
  const chosen = (example: string) => serviceNamed({ ...laravel, '.env.example': example }, 'app').environment

  test('is what the application works with: its database, its queue, its cache and its sessions', () => {
    const example =
      'APP_KEY=\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nQUEUE_CONNECTION=redis\nCACHE_STORE=redis\nSESSION_DRIVER=redis\nREDIS_CLIENT=phpredis\nREDIS_HOST=127.0.0.1\n'
    expect(chosen(example)).toEqual([
      { name: 'APP_KEY', required: true, made: 'base64' },
      { name: 'CACHE_STORE', required: false, value: 'redis' },
      { name: 'DB_CONNECTION', required: false, value: 'mysql' },
      { name: 'DB_HOST', required: true },
      { name: 'QUEUE_CONNECTION', required: false, value: 'redis' },
      { name: 'REDIS_CLIENT', required: false, value: 'phpredis' },
      { name: 'REDIS_HOST', required: true },
      { name: 'SESSION_DRIVER', required: false, value: 'redis' },
    ])
    expect(stackLines({ ...laravel, '.env.example': example })[2]).toBe(
      `shop built CACHE_STORE=redis DB_CONNECTION=mysql QUEUE_CONNECTION=redis REDIS_CLIENT=phpredis SESSION_DRIVER=redis APP_KEY=base64:\${KYOZO_KEY_APP_KEY:-${local(43)}}= DB_HOST=mysql DB_PORT=3306 DB_DATABASE=app DB_USERNAME=app DB_PASSWORD=\${KYOZO_MYSQL_PASSWORD:-local-only} REDIS_HOST=redis REDIS_PORT=6379 ← mysql, redis`,
    )
  })

  test('stands above a default of the source, and below kyozo.yaml', () => {
    const files = {
      ...laravel,
      '.env.example': 'DB_CONNECTION=pgsql\n',
      'config/database.php': "<?php return ['default' => env('DB_CONNECTION', 'sqlite')];\n",
    }
    const valueIn = (more: Record<string, string>) =>
      serviceNamed({ ...files, ...more }, 'app').environment.find(({ name }) => name === 'DB_CONNECTION')?.value
    expect([valueIn({}), valueIn({ 'kyozo.yaml': 'services: {app: {path: ., env: {DB_CONNECTION: mariadb}}}\n' })]).toEqual([
      'pgsql',
      'mariadb',
    ])
  })
})
