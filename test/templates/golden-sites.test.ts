// The Dockerfiles of sites that a generator outside Node makes, of proxies and of databases, whole.
// `vitest run test/templates/golden-sites.test.ts --update` writes them again.
import { describe, expect, test } from 'vitest'
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
