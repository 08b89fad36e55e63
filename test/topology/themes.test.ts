import { describe, expect, test } from 'vitest'
import { analyzeFiles } from './summary.ts'

const theme = '{"name": "ananke", "scripts": {"start": "npm run build", "build": "postcss"}, "devDependencies": {"postcss": "8"}}'
const servicesOf = (files: Record<string, string>) => analyzeFiles(files).services.map(({ path, type }) => `${path} ${type}`)

describe('the theme of a site', () => {
  test.each([
    [
      'Hugo',
      {
        'hugo.toml': 'baseURL = "/"\n',
        'content/a.md': '',
        'themes/ananke/package.json': theme,
        'themes/ananke/theme.toml': 'name = "a"\n',
      },
      ['. static_site'],
    ],
    [
      'Hugo, without a file of its own',
      { 'hugo.toml': 'baseURL = "/"\n', 'content/a.md': '', 'themes/ananke/package.json': theme },
      ['. static_site'],
    ],
    [
      'a site in a folder',
      { 'site/hugo.toml': 'baseURL = "/"\n', 'site/content/a.md': '', 'site/themes/ananke/assets/package.json': theme },
      ['site static_site'],
    ],
    [
      'Zola',
      {
        'config.toml': 'base_url = "/"\n',
        'content/a.md': '',
        'themes/ananke/package.json': theme,
        'themes/ananke/theme.toml': 'name = "a"\n',
      },
      ['. static_site'],
    ],
    [
      'Hexo',
      {
        '_config.yml': 'title: a\n',
        'source/_posts/a.md': '',
        'package.json': '{"name": "blog", "scripts": {"build": "hexo generate"}, "dependencies": {"hexo": "8"}}',
        'themes/ananke/package.json': theme,
      },
      ['. static_site'],
    ],
    ['nobody yet', { 'package.json': theme, 'theme.toml': 'name = "a"\n' }, []],
  ])('is no service: %s', (_, files, services) => {
    expect(servicesOf(files)).toEqual(services)
  })

  test('is no server that lies in a folder of themes', () => {
    const server = '{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "5"}}'
    const files = { 'themes/shop/package.json': server, 'themes/shop/server.js': 'require("express")().listen(3000)\n' }
    expect(servicesOf(files)).toEqual(['themes/shop nodejs'])
  })
})
