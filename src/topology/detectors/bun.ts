import type { Detector } from '../claim.ts'
import { claimPackage } from '../nodejs/claim.ts'

export const bun: Detector = {
  type: 'bun',
  title: 'Bun',
  marks: ['package.json', 'server.ts', 'server.js', 'index.ts', 'index.js', 'app.ts', 'main.ts', 'bunfig.toml'],
  claim: (folder, repository) => claimPackage('bun', folder, repository),
}
