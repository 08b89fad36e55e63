// The Dockerfiles for PHP, whole. `vitest run test/templates/golden-php.test.ts --update` writes them again.
import { expect, test } from 'vitest'
import { render } from './support/images.ts'
import { filesOf, serviceSpec } from './support/services.ts'

const php = { type: 'php', path: '.', version: '8.3', port: 8080, start: 'frankenphp php-server --listen :8080 --root public' } as const

const cases = [
  {
    service: serviceSpec({
      ...php,
      name: 'laravel',
      framework: 'laravel',
      buildCommand: 'npm run build',
      facts: { webRoot: 'public', extensions: ['gd', 'pdo_mysql'], assets: 'npm run build' },
    }),
    files: ['composer.json', 'composer.lock', 'package.json', 'package-lock.json', 'artisan', 'public/index.php'],
  },
  {
    service: serviceSpec({ ...php, name: 'symfony', framework: 'symfony', facts: { webRoot: 'public', extensions: ['intl'] } }),
    files: ['composer.json', 'composer.lock', 'symfony.lock', '.env', 'bin/console', 'public/index.php'],
  },
  {
    service: serviceSpec({
      ...php,
      name: 'php-pages',
      path: 'site',
      start: 'frankenphp php-server --listen :8080 --root .',
      facts: { webRoot: '.' },
    }),
    files: ['site/index.php', 'site/style.css'],
  },
]

test.each(cases)('$service.name', async ({ service, files }) => {
  const rendered = render(service, filesOf(Object.fromEntries(files.map((path) => [path, '']))))
  expect(rendered.files).toEqual(files.sort())
  await expect(rendered.dockerfile).toMatchFileSnapshot(`golden/${service.name}.Dockerfile`)
})
