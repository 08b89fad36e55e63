// node test/support/images/main.ts: makes the base images that are missing, and says how long that took.
import { ensureBaseImages } from './ensure-base-images.ts'

const startedAt = performance.now()
await ensureBaseImages()
console.error(`base images are there (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
