import { describe, expect, test } from 'vitest'
import { json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const composer = (require: Record<string, string>, more: Record<string, unknown> = {}) => json({ require, ...more })
const front = { 'public/index.php': '<?php require "../vendor/autoload.php";' }
const served = (framework: string, more = '') =>
  `app . php/${framework} :8080 template(php in .) tcp [frankenphp php-server --listen :8080 --root public]${more}`

describe('a Laravel application', () => {
  const files = {
    'composer.json': json({
      name: 'acme/shop',
      type: 'project',
      require: { php: '^8.2', 'laravel/framework': '^11.9', 'laravel/horizon': '^5', 'ext-pdo_pgsql': '*' },
      autoload: { 'psr-4': { 'App\\': 'app/' } },
    }),
    artisan: '#!/usr/bin/env php\n',
    'public/index.php': '<?php\n',
    'bootstrap/app.php': "<?php\nreturn Application::configure()->withRouting(health: '/up');\n",
    'config/database.php': '<?php',
    'package.json': json({ private: true, scripts: { build: 'vite build' }, devDependencies: { vite: '^5', 'laravel-vite-plugin': '^1' } }),
    'vite.config.js': '',
  }

  test('is told whole, and its package.json is for its assets', () => {
    expect(serviceNamed(files, 'shop')).toMatchObject({
      path: '.',
      type: 'php',
      framework: 'laravel',
      version: '8.2',
      packageManager: 'composer',
      port: 8080,
      health: { kind: 'http', path: '/up' },
      buildCommand: 'npm run build',
      start: 'frankenphp php-server --listen :8080 --root public',
      processes: [
        { name: 'web', command: 'frankenphp php-server --listen :8080 --root public' },
        { name: 'worker', command: 'php artisan horizon' },
        { name: 'scheduler', command: 'php artisan schedule:work' },
      ],
      facts: {
        entry: 'public/index.php',
        frameworkVersion: '11.9',
        webRoot: 'public',
        extensions: ['bcmath', 'exif', 'gd', 'intl', 'pcntl', 'pdo_mysql', 'pdo_pgsql', 'redis', 'zip'],
        assets: 'npm run build',
      },
    })
    expect(servicesIn(files)).toHaveLength(1)
  })

  test('listens where its own variable says', () => {
    expect(serviceNamed({ ...files, '.env.example': 'APP_NAME=shop\nAPP_PORT=9988\n' }, 'shop').port).toBe(9988)
  })
})

describe('a Composer project', () => {
  test.each([
    ['symfony', { 'symfony/framework-bundle': '7.1.*', 'symfony/console': '7.1.*' }],
    ['lumen', { 'laravel/lumen-framework': '^10' }],
    ['slim', { 'slim/slim': '4.*' }],
    ['codeigniter', { 'codeigniter4/framework': '^4' }],
    ['cakephp', { 'cakephp/cakephp': '^5' }],
    ['yii', { 'yiisoft/yii2': '~2.0' }],
    ['laminas', { 'laminas/laminas-mvc': '^3' }],
    ['mezzio', { 'mezzio/mezzio': '^3' }],
    ['craft', { 'craftcms/cms': '^5' }],
    ['phalcon', { 'ext-phalcon': '*' }],
    ['api-platform', { 'api-platform/core': '^3', 'symfony/framework-bundle': '7.*' }],
    ['statamic', { 'statamic/cms': '^5', 'laravel/framework': '^11' }],
  ])('on %s is a service', (framework, require) => {
    expect(servicesIn({ 'composer.json': composer(require), ...front })).toEqual([served(framework)])
  })

  test('that brings its own server says where it listens', () => {
    expect(
      servicesIn({
        'a/composer.json': composer({ 'hyperf/http-server': '^3' }),
        'a/bin/hyperf.php': '<?php',
        'a/config/autoload/server.php': "<?php return ['servers' => [['host' => '0.0.0.0', 'port' => 9502]]];",
        'b/composer.json': composer({ 'ext-swoole': '*' }),
        'b/server.php': "<?php\n$server = new Swoole\\Http\\Server('0.0.0.0', 9601);\n$server->start();\n",
        'c/composer.json': composer({ 'laravel/octane': '^2', 'laravel/framework': '^11' }),
        'c/artisan': '',
        'c/public/index.php': '<?php // octane',
      }),
    ).toEqual([
      'a a php/hyperf :9502 template(php in a) tcp [php bin/hyperf.php start]',
      'b b php/swoole :9601 template(php in b) tcp [php server.php]',
      'c c php/octane :8000 template(php in c) tcp [php artisan octane:start --host=0.0.0.0 --port=8000]',
    ])
  })

  test('that only waits for work has no port', () => {
    expect(
      servicesIn({
        'composer.json': composer({ 'php-amqplib/php-amqplib': '^3' }),
        'worker.php': '<?php\nwhile (true) { $channel->wait(); }\n',
      })[0],
    ).toMatch(/^app \. php no port template\(php in \.\) \[php worker\.php\] ← rabbitmq/)
  })

  test.each([
    ['a library', composer({ php: '>=8.1' }, { type: 'library', autoload: { 'psr-4': { 'Acme\\': 'src/' } } })],
    ['a package without a type', composer({}, { autoload: { 'psr-4': { 'Acme\\': 'src/' } } })],
    ['a bundle', composer({ 'symfony/framework-bundle': '^7' }, { type: 'symfony-bundle' })],
    ['a plugin for WordPress', composer({}, { type: 'wordpress-plugin' })],
  ])('that is %s is no service', (_, text) => {
    expect(rolesIn({ 'composer.json': text, 'src/Thing.php': '<?php' })).toEqual({ '.': 'library' })
  })
})

describe('pages without Composer', () => {
  test('are served from the folder, or from its web root', () => {
    expect(servicesIn({ 'index.php': '<?php echo "hi";', 'fib.php': '<?php' })).toEqual([
      'app . php :8080 template(php in .) tcp [frankenphp php-server --listen :8080 --root .]',
    ])
    expect(servicesIn({ 'README.md': '# hi', 'htdocs/index.php': '<?php phpinfo();' })).toEqual([
      'app . php :8080 template(php in .) tcp [frankenphp php-server --listen :8080 --root htdocs]',
    ])
    expect(servicesIn({ 'index.html': '<form action=send.php>', 'send.php': '<?php mail();', 'style.css': '' })).toEqual([
      'app . php :8080 template(php in .) tcp [frankenphp php-server --listen :8080 --root .]',
    ])
  })

  test('of WordPress are one service, whatever lies in its themes', () => {
    const files = {
      'index.php': "<?php\nrequire __DIR__ . '/wp-blog-header.php';",
      'wp-config.php': "<?php define('DB_HOST', getenv('DB_HOST'));",
      'wp-load.php': '<?php',
      'wp-content/index.php': '<?php\n// Silence is golden.\n',
      'wp-content/themes/shop/index.php': '<?php get_header();',
      'wp-content/themes/shop/style.css': '/*\nTheme Name: Shop\n*/',
      'wp-content/themes/shop/functions.php': '<?php',
    }
    expect(servicesIn(files)).toEqual(['app . php/wordpress :8080 template(php in .) tcp [frankenphp php-server --listen :8080 --root .]'])
  })

  test('of a theme or a plugin alone are no service', () => {
    expect(servicesIn({ 'index.php': '<?php get_header();', 'style.css': '/*\nTheme Name: Shop\n*/', 'functions.php': '<?php' })).toEqual(
      [],
    )
    expect(servicesIn({ 'index.php': '<?php // Silence is golden', 'shop.php': '<?php /* Plugin Name: Shop */' })).toEqual([])
  })

  test('that a Dockerfile puts into an image with their folder are one service with it', () => {
    const files = {
      'ratings/Dockerfile': 'FROM php:8.3-apache\nCOPY html/ /var/www/html\n',
      'ratings/html/composer.json': composer({ 'symfony/framework-bundle': '^7' }),
      'ratings/html/index.php': "<?php $db = new PDO('mysql:host=mysql;dbname=ratings');",
    }
    expect(servicesIn(files)).toEqual(['ratings ratings php/symfony :80 dockerfile(ratings/Dockerfile in ratings) tcp ← mysql'])
  })

  test('connect to a database without naming a package', () => {
    expect(servicesIn({ 'index.php': "<?php\n$db = pg_connect('host=' . getenv('PGHOST'));\n" })[0]).toMatch(/← postgres/)
    expect(servicesIn({ 'index.php': "<?php\n$db = new mysqli(getenv('DB_HOST'));\n" })[0]).toMatch(/← mysql/)
  })

  test('inside a service of another language belong to it', () => {
    const files = {
      'package.json': json({ scripts: { start: 'node server.js' }, dependencies: { express: '5' } }),
      'server.js': 'app.listen(3000)',
      'public/index.php': '<?php echo 1;',
    }
    expect(servicesIn(files)).toEqual(['app . nodejs/express :3000 template(nodejs in .) tcp [node server.js]'])
  })
})

test('a composer.json of the wrong shape is weak evidence and no error', () => {
  expect(servicesIn({ 'composer.json': '{ "require": [], "type": 5, "autoload": "x", "config": { "platform": [] } }' })).toEqual([])
  expect(servicesIn({ 'composer.json': '{ nope', 'public/index.php': '<?php echo 1;' })).toHaveLength(1)
})
