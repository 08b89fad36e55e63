// The Dockerfiles of sites that a generator outside Node makes, of proxies and of databases, whole.
// `vitest run test/templates/golden-sites.test.ts --update` writes them again.
import { describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { render } from './support/images.ts'
import { filesOf, serviceSpec } from './support/services.ts'

interface Site {
  readonly generator: string
  readonly build: string
  readonly output: string
  readonly files: readonly string[]
  readonly version?: string
}

function siteFile({ generator, build, output, files, version }: Site): string {
  const facts = { outputFolder: output, isBuilt: true, generator, ...(version === undefined ? {} : { generatorVersion: version }) }
  const service = serviceSpec({ name: 'site', path: '.', type: 'static_site', port: 8080, buildCommand: build, facts })
  return render(service, filesOf(Object.fromEntries(files.map((path) => [path, ''])))).dockerfile
}

describe('the Dockerfile of a site that a generator makes', () => {
  const sites: Site[] = [
    { generator: 'hugo', build: 'hugo --minify', output: 'public', files: ['hugo.toml', 'content/a.md'], version: '0.145' },
    { generator: 'zola', build: 'zola build', output: 'public', files: ['config.toml'] },
    { generator: 'jekyll', build: 'bundle exec jekyll build', output: '_site', files: ['_config.yml', 'Gemfile', 'Gemfile.lock'] },
    { generator: 'mkdocs', build: 'mkdocs build', output: 'site', files: ['mkdocs.yml', 'docs/requirements.txt', 'docs/index.md'] },
    {
      generator: 'sphinx',
      build: 'sphinx-build -b html . _build/html',
      output: '_build/html',
      files: ['conf.py', 'uv.lock', 'pyproject.toml'],
    },
    { generator: 'pelican', build: 'pelican content -s publishconf.py', output: 'output', files: ['pelicanconf.py'] },
    { generator: 'mdbook', build: 'mdbook build', output: 'book', files: ['book.toml'], version: '0.4' },
    { generator: 'quarto', build: 'quarto render', output: '_site', files: ['_quarto.yml'] },
    { generator: 'antora', build: 'npx antora antora-playbook.yml', output: 'build/site', files: ['antora-playbook.yml'] },
  ]
  test.each(sites)('$generator', async (site) => {
    await expect(siteFile(site)).toMatchFileSnapshot(`golden/site-${site.generator}.Dockerfile`)
  })

  test('is refused by name where no template has the tool', () => {
    const site = { generator: 'haunt', build: 'haunt build', output: 'site', files: ['haunt.scm'] }
    expect(() => siteFile(site)).toThrow('site (.): haunt makes this site, and no template has that tool')
  })
})

describe('the Dockerfile of a proxy without one', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'nginx',
      'nginx.conf',
      'events {\n}\nhttp {\n  server {\n    listen 8080;\n    location / { \n      proxy_pass http://api:3000;\n    }\n  }\n}\n',
    ],
    ['nginx-parts', 'conf.d/default.conf', 'server {\n  listen 80;\n  location / {\n    proxy_pass http://api:3000;\n  }\n}\n'],
    ['nginx-template', 'default.conf.template', 'server {\n  listen 80;\n  location / {\n    proxy_pass http://api:3000;\n  }\n}\n'],
    ['caddy', 'Caddyfile', ':80 {\n  reverse_proxy api:3000\n}\n'],
    ['traefik', 'dynamic.yml', 'http:\n  services:\n    api:\n      loadBalancer:\n        servers:\n          - url: "http://api:3000"\n'],
    ['haproxy', 'haproxy.cfg', 'frontend f\n  bind *:80\nbackend b\n  server s1 api:3000 check\n'],
    ['envoy', 'envoy.yaml', 'socket_address: { address: 0.0.0.0, port_value: 80 }\nsocket_address: { address: api, port_value: 3000 }\n'],
  ]
  test.each(cases)('%s', async (name, file, text) => {
    const files = filesOf({ [`proxy/${file}`]: text, 'api/server.js': `require('http').createServer().listen(3000)\n` })
    await expect(render(detected(files, 'proxy'), files).dockerfile).toMatchFileSnapshot(`golden/proxy-${name}.Dockerfile`)
  })
})

test('the Dockerfile of a database without one', async () => {
  const files = filesOf({ 'db/initdb/01-tables.sql': 'CREATE TABLE teas (id SERIAL PRIMARY KEY, name text);\n' })
  await expect(render(detected(files, 'db'), files).dockerfile).toMatchFileSnapshot('golden/database-postgres.Dockerfile')
})
