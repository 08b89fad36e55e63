// Frameworks whose build makes the server, installed from npm, built by the real builder and run without a writable disk, capabilities or
// new privileges.
import { afterAll, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { buildImage, dockerText, removeImage, runContainer } from './support/images.ts'
import { filesOf } from './support/services.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

test('a Next.js application that asks for a standalone server gets that server, its pages and its files', {
  timeout: 600_000,
}, async () => {
  const files = filesOf({
    'package.json': JSON.stringify({
      name: 'site',
      private: true,
      scripts: { build: 'next build', start: 'next start' },
      dependencies: { next: '15.5.29', react: '19.1.0', 'react-dom': '19.1.0' },
    }),
    'next.config.mjs': "export default { output: 'standalone' }\n",
    'app/layout.jsx': 'export default function Layout({ children }) {\n  return <html><body>{children}</body></html>\n}\n',
    'app/page.jsx':
      "export const dynamic = 'force-dynamic'\nexport default function Page() {\n  return <p>hello from {process.env.PLACE}</p>\n}\n",
    'public/robots.txt': 'User-agent: *\n',
  })
  const built = await buildImage(detected(files, '.'), files)
  images.add(built.image)
  const container = await runContainer(built, { environment: { PLACE: 'here' } })
  try {
    expect(await (await container.ask('/')).text()).toContain('here')
    expect(await (await container.ask('/robots.txt')).text()).toBe('User-agent: *\n')
    expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
    const packages = await dockerText(['exec', container.id, 'sh', '-c', 'ls /app/standalone/node_modules'])
    expect(packages.split('\n')).toContain('next')
  } finally {
    await container.stop()
  }
})
