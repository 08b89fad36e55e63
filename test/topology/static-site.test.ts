import { describe, expect, test } from 'vitest'
import { json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

describe('a site that a generator makes', () => {
  test.each([
    ['hugo', { 'hugo.toml': 'baseURL = "/"\n', 'content/a.md': '' }, 'public'],
    ['hugo', { 'config.json': '{ "baseURL": "/", "publishDir": "www" }', 'content/a.md': '' }, 'www'],
    ['hugo', { 'config.yaml': 'baseURL: /\nlanguageCode: en\n', 'themes/a/theme.toml': '' }, 'public'],
    ['zola', { 'config.toml': 'base_url = "/"\noutput_dir = "dist"\n', 'content/a.md': '', 'templates/index.html': '' }, 'dist'],
    ['jekyll', { '_config.yml': 'title: x\ndestination: ./out-site\n', 'index.md': '' }, 'out-site'],
    ['jekyll', { '_config.yml': 'theme: minima\n' }, '_site'],
    ['middleman', { 'config.rb': 'activate :directory_indexes\n', Gemfile: "gem 'middleman'\n", 'source/index.html.erb': '' }, 'build'],
    ['bridgetown', { 'bridgetown.config.yml': 'url: ""\n', Gemfile: 'gem "bridgetown"\n', 'src/index.md': '' }, 'output'],
    ['nanoc', { 'nanoc.yaml': 'output_dir: www\n' }, 'www'],
    ['mkdocs', { 'mkdocs.yml': 'site_name: x\nsite_dir: public\n', 'docs/index.md': '', 'requirements.txt': 'mkdocs==1.6.1\n' }, 'public'],
    ['pelican', { 'pelicanconf.py': "AUTHOR = 'x'\nOUTPUT_PATH = 'www'\n", 'content/a.md': '' }, 'www'],
    ['sphinx', { 'conf.py': "extensions = []\nhtml_theme = 'x'\n", 'index.rst': '' }, '_build/html'],
    ['lektor', { 'blog.lektorproject': '[project]\n', 'content/contents.lr': '' }, 'build'],
    ['mdbook', { 'book.toml': '[book]\ntitle = "x"\n[build]\nbuild-dir = "html"\n', 'src/SUMMARY.md': '' }, 'html'],
    ['antora', { 'antora-playbook.yml': 'site:\n  title: x\ncontent:\n  sources: []\noutput:\n  dir: ./public\n' }, 'public'],
    ['elm', { 'elm.json': '{ "type": "application" }', 'src/Main.elm': '' }, 'dist'],
    ['trunk', { 'Trunk.toml': '[build]\ndist = "site"\n', 'index.html': '' }, 'site'],
    ['quarto', { '_quarto.yml': 'project:\n  type: website\n  output-dir: docs-out\n', 'index.qmd': '' }, 'docs-out'],
  ])('is one of %s, with the folder of its result', (framework, files, outputFolder) => {
    const service = serviceNamed(Object.fromEntries(Object.entries(files).map(([name, text]) => [`site-x/${name}`, text])), 'site-x')
    expect([service.type, service.framework, service.port, service.facts.outputFolder]).toEqual([
      'static_site',
      framework,
      8080,
      outputFolder,
    ])
  })

  test('is told with the command and the pinned version of its tool', () => {
    const files = {
      'hugo.toml': 'baseURL = "/"\n',
      'content/a.md': '',
      '.hugo-version': '0.148.2\n',
    }
    const { version, buildCommand, evidence } = serviceNamed(files, 'app')
    expect([version, buildCommand]).toEqual(['0.148', 'hugo --minify'])
    expect(evidence).toEqual([
      { path: 'hugo.toml', line: 1, fact: 'hugo builds a site', weight: 0.7 },
      { path: 'content', fact: 'content/ holds pages', weight: 0.3 },
    ])
  })

  test('is not the documentation of the program beside it, nor what shows a theme', () => {
    const python = {
      'pyproject.toml': '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "x"\n',
      'mkdocs.yml': 'site_name: x\n',
      'src/x/__init__.py': '',
    }
    expect(servicesIn(python).filter((line) => line.includes('static_site'))).toEqual([])
    const theme = { 'theme.toml': 'name = "x"\n', 'exampleSite/config.toml': 'baseURL = "/"\n', 'exampleSite/content/a.md': '' }
    expect(servicesIn(theme)).toEqual([])
  })

  test('is not every config.toml, nor every _config.yml', () => {
    expect(servicesIn({ 'config.toml': 'name = "x"\n', 'content/a.md': '' })).toEqual([])
    const hexo = {
      'package.json': json({ name: 'blog', dependencies: { hexo: '7' }, scripts: { build: 'hexo generate' } }),
      '_config.yml': '',
    }
    expect(servicesIn(hexo)).toEqual(['blog . static_site/hexo :8080 template(static_site in .) /'])
  })
})

describe('a site that a Node package builds', () => {
  test.each([
    ['docusaurus', { '@docusaurus/core': '3' }, 'build'],
    ['docusaurus', { docusaurus: '1' }, 'build'],
    ['vuepress', { vuepress: '1' }, '.vuepress/dist'],
    ['eleventy', { '@11ty/eleventy': '3' }, '_site'],
    ['gridsome', { gridsome: '0.7' }, 'dist'],
    ['slidev', { '@slidev/cli': '51' }, 'dist'],
    ['observable', { '@observablehq/framework': '1' }, 'dist'],
    ['honkit', { honkit: '5' }, '_book'],
    ['sanity', { sanity: '3' }, 'dist'],
    ['sanity-v2', { '@sanity/core': '2' }, 'dist'],
    ['scully', { '@scullyio/init': '2', '@angular/cli': '12' }, 'dist/static'],
    ['ionic-angular', { '@ionic/angular': '8', '@angular/cli': '18' }, 'www'],
    ['ionic-react', { '@ionic/react': '8', vite: '5' }, 'dist'],
    ['umijs', { umi: '4' }, 'dist'],
    ['dojo', { '@dojo/framework': '8' }, 'output/dist'],
    ['stencil', { '@stencil/core': '4' }, 'www'],
    ['ember', { 'ember-cli': '5' }, 'dist'],
    ['polymer', { 'polymer-cli': '1' }, 'build/default'],
    ['preact', { 'preact-cli': '3' }, 'build'],
    ['brunch', { brunch: '2' }, 'public'],
    ['saber', { saber: '0.10' }, 'public'],
    ['vue', { '@vue/cli-service': '5' }, 'dist'],
    ['svelte', { 'rollup-plugin-svelte': '7', rollup: '4' }, 'public'],
  ])('is one of %s', (framework, devDependencies, outputFolder) => {
    const service = serviceNamed({ 'package.json': json({ name: 'web', devDependencies, scripts: { build: 'x' } }) }, 'web')
    expect([service.type, service.framework, service.buildCommand, service.facts]).toEqual([
      'static_site',
      framework,
      'npm run build',
      { outputFolder, isBuilt: true },
    ])
  })

  test('with a plain bundler goes by its library of views', () => {
    const files = {
      'package.json': json({
        name: 'web',
        dependencies: { react: '19' },
        devDependencies: { 'webpack-cli': '6' },
        scripts: { build: 'webpack' },
      }),
      'src/index.html': '',
    }
    expect(servicesIn(files)).toEqual(['web . static_site/react :8080 template(static_site in .) /'])
  })

  test.each([
    ['vite build', { 'vite.config.ts': "build: { outDir: 'www' }" }, { vite: '7' }, 'www'],
    ['vuepress build src', {}, { vuepress: '1' }, 'src/.vuepress/dist'],
    ['eleventy --output=site', {}, { '@11ty/eleventy': '3' }, 'site'],
    ['ng build', { 'angular.json': '{ "outputPath": "dist/shop" }' }, { '@angular/cli': '18' }, 'dist/shop'],
    ['vite build --outDir ../../etc', {}, { vite: '7' }, 'dist'],
  ])('by %s lands where that says', (build, files, devDependencies, outputFolder) => {
    const tree = { 'package.json': json({ name: 'web', devDependencies, scripts: { build } }), 'index.html': '', ...files }
    expect(serviceNamed(tree, 'web').facts.outputFolder).toBe(outputFolder)
  })

  test('is no site when it shows the parts of another', () => {
    const files = {
      'web/package.json': json({ name: 'web', dependencies: { next: '15' }, scripts: { build: 'next build' } }),
      'stories/package.json': json({ name: 's', devDependencies: { storybook: '8', vite: '7' }, scripts: { build: 'storybook build' } }),
    }
    expect([servicesIn(files).length, rolesIn(files)]).toEqual([1, { stories: 'tooling' }])
  })

  test('is no site when it bundles a library, or tests with the bundler', () => {
    const library = {
      'package.json': json({ name: 'ui', devDependencies: { vite: '7' }, scripts: { build: 'vite build' } }),
      'vite.config.ts': 'build: { lib: { entry: "x" } }',
    }
    const tested = { 'package.json': json({ name: 'x', devDependencies: { vite: '7', vitest: '3' }, scripts: { test: 'vitest' } }) }
    expect([servicesIn(library), servicesIn(tested)]).toEqual([[], []])
  })
})

describe('pages as they lie there', () => {
  test.each([
    ['Staticfile', 'root: hello\n', 'hello'],
    ['static.json', '{ "root": "hello/" }', 'hello'],
    ['nginx.conf', 'events {}', 'public'],
  ])('in a folder that %s serves', (name, text, root) => {
    const service = serviceNamed({ [`site/${name}`]: text, [`site/${root}/index.html`]: '' }, 'site')
    expect([service.path, service.facts]).toEqual(['site', { outputFolder: root, isBuilt: false }])
  })

  test('that docsify shows say so', () => {
    const files = { 'index.html': '<script>window.$docsify = {}</script>', 'README.md': '# x', 'logo.ico': '' }
    expect(servicesIn(files)).toEqual(['app . static_site/docsify :8080 template(static_site in .) /'])
  })

  test.each([
    ['Java', { 'pom.xml': '<project/>', 'src/main/java/A.java': '' }, 'src/main/resources/static'],
    ['.NET', { 'Web.csproj': '<Project/>' }, 'wwwroot'],
    ['PHP', { 'composer.json': '{}', 'index.php': '' }, 'resources/views'],
    ['Dart', { 'pubspec.yaml': 'name: x\n' }, 'web'],
  ])('belong to the %s program that sends them', (_, files, folder) => {
    const tree = { ...files, [`${folder}/index.html`]: '', [`${folder}/a.css`]: '' }
    expect(servicesIn(tree).filter((line) => line.includes('static_site'))).toEqual([])
    expect(rolesIn(tree)[folder] ?? 'asset').toBe('asset')
  })
})
