// Sites that a generator makes, detected, built by the real builder and served without a writable disk, capabilities or new privileges.
import { afterAll, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { buildImage, removeImage, runContainer } from './support/images.ts'
import { filesOf } from './support/services.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

test('Hugo makes the pages that nginx serves, and an unknown path is not found', { timeout: 300_000 }, async () => {
  const files = filesOf({
    'hugo.toml': "baseURL = 'https://example.org/'\ntitle = 'Teas'\ndisableKinds = ['taxonomy', 'term', 'RSS', 'sitemap']\n",
    'content/_index.md': '# All teas\n',
    'content/green.md': '---\ntitle: Green\n---\nSteep *briefly*.\n',
    'layouts/_default/list.html': '<h1>{{ .Site.Title }}</h1>{{ .Content }}',
    'layouts/_default/single.html': '<h1>{{ .Title }}</h1>{{ .Content }}',
  })
  const built = await buildImage(detected(files, '.'), files)
  images.add(built.image)
  const container = await runContainer(built)
  try {
    expect(await (await container.ask('/')).text()).toContain('<h1>Teas</h1>')
    expect(await (await container.ask('/green/')).text()).toContain('Steep <em>briefly</em>')
    expect((await container.ask('/black/')).status).toBe(404)
    expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
  } finally {
    await container.stop()
  }
})
