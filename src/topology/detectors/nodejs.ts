import type { Detector } from '../claim.ts'
import { claimPackage } from '../nodejs/claim.ts'

export const nodejs: Detector = {
  type: 'nodejs',
  title: 'Node.js',
  marks: ['package.json', 'server.js', 'server.mjs', 'server.ts', 'index.js', 'index.mjs', 'app.js', 'app.mjs', 'bot.js', 'worker.js', 'main.js', 'main.mjs', 'Dockerfile', 'project.json'],
  claim: (folder, repository) => claimPackage('nodejs', folder, repository),
} // biome-ignore format: a list
