// The Dockerfiles for Ruby, whole. `vitest run test/templates/golden-ruby.test.ts --update` writes them again.
import { expect, test } from 'vitest'
import { render } from './support/images.ts'
import { filesOf, serviceSpec } from './support/services.ts'

const ruby = { type: 'ruby', path: '.', version: '3.3', port: 3000 } as const

const cases = [
  {
    service: serviceSpec({
      ...ruby,
      name: 'rails',
      framework: 'rails',
      start: 'bundle exec rails server -b 0.0.0.0 -p 3000',
      buildCommand: 'SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=1 bundle exec rails assets:precompile',
      facts: {
        isRails: true,
        hasBootsnap: true,
        exactVersion: '3.3.6',
        buildPackages: ['libpq-dev'],
        runPackages: ['libpq5', 'libvips42'],
      },
    }),
    files: ['Gemfile', 'Gemfile.lock', '.ruby-version', 'package.json', 'yarn.lock', 'config.ru', 'bin/rails'],
  },
  {
    service: serviceSpec({ ...ruby, name: 'sinatra-without-lockfile', start: 'bundle exec puma -b tcp://0.0.0.0:3000' }),
    files: ['Gemfile', 'config.ru', 'app.rb'],
  },
  { service: serviceSpec({ ...ruby, name: 'ruby-without-gems', start: 'ruby app.rb' }), files: ['app.rb'] },
]

test.each(cases)('$service.name', async ({ service, files }) => {
  const rendered = render(service, filesOf(Object.fromEntries(files.map((path) => [path, '']))))
  expect(rendered.files).toEqual(files.sort())
  await expect(rendered.dockerfile).toMatchFileSnapshot(`golden/${service.name}.Dockerfile`)
})
